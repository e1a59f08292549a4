import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { describe, expect, it, vi } from 'vitest';
import { expectAccessible } from '@/test/axe';
import {
  Avatar,
  Banner,
  Button,
  Checkbox,
  IconButton,
  initials,
  LinkButton,
  Mic,
  PasswordField,
  RadioGroup,
  SearchField,
  Select,
  Slider,
  Spinner,
  Switch,
  Tabs,
  TextField,
  ToggleButton,
} from '.';

describe('buttons', () => {
  it('are pressed by pointer and by keyboard', async () => {
    const onPress = vi.fn();
    render(<Button onPress={onPress}>Join</Button>);
    await userEvent.click(screen.getByRole('button', { name: 'Join' }));
    await userEvent.keyboard('{Enter} ');
    expect(onPress).toHaveBeenCalledTimes(3);
    await expectAccessible();
  });

  it('stay in reach but still while what was asked is under way', async () => {
    const onPress = vi.fn();
    render(
      <Button isPending onPress={onPress}>
        Save
      </Button>,
    );
    await userEvent.click(screen.getByRole('button', { name: /Save/ }));
    expect(onPress).not.toHaveBeenCalled();
    expect(screen.getByRole('button', { name: /Save/ })).toBeEnabled();
    await expectAccessible();
  });

  it('say as toggles whether they are on', async () => {
    const onPress = vi.fn();
    const { rerender } = render(
      <IconButton label="Microphone" icon={<Mic />} pressed={false} onPress={onPress} />,
    );
    const button = screen.getByRole('button', { name: 'Microphone' });
    expect(button).toHaveAttribute('aria-pressed', 'false');
    await userEvent.click(button);
    expect(onPress).toHaveBeenCalledOnce();
    rerender(<IconButton label="Microphone" icon={<Mic />} pressed onPress={onPress} shortcut="M" />);
    expect(screen.getByRole('button', { name: 'Microphone' })).toHaveAttribute('aria-pressed', 'true');
    expect(screen.getByRole('button', { name: 'Microphone' })).toHaveAttribute('aria-keyshortcuts', 'M');
    await expectAccessible();
  });

  it('tell why they cannot be used, and do nothing else', async () => {
    const onPress = vi.fn();
    render(
      <IconButton label="Share screen" icon={<Mic />} unavailable="Sharing is off." onPress={onPress} />,
    );
    const button = screen.getByRole('button', { name: 'Share screen' });
    expect(button).toHaveAttribute('aria-disabled', 'true');
    await userEvent.click(button);
    expect(onPress).not.toHaveBeenCalled();
    await vi.waitFor(() =>
      expect(screen.getByText('Sharing is off.')).toHaveAttribute('aria-live', 'assertive'),
    );
    await expectAccessible();
  });

  it('show the tooltip with the key on keyboard focus', async () => {
    render(<IconButton label="Raise hand" icon={<Mic />} shortcut="H" />);
    await userEvent.tab();
    expect(await screen.findByRole('tooltip')).toHaveTextContent('Raise handH');
  });

  it('toggle with words, and lead elsewhere', async () => {
    const onChange = vi.fn();
    render(
      <>
        <ToggleButton pressed={false} onChange={onChange}>
          Speaker
        </ToggleButton>
        <LinkButton href="/ca.crt" download="ca.crt">
          Download
        </LinkButton>
      </>,
    );
    await userEvent.click(screen.getByRole('button', { name: 'Speaker' }));
    expect(onChange).toHaveBeenCalledWith(true);
    expect(screen.getByRole('link', { name: 'Download' })).toHaveAttribute('href', '/ca.crt');
    await expectAccessible();
  });
});

describe('fields', () => {
  it('are named, described and told what is wrong', async () => {
    render(
      <TextField
        label="Your name"
        description="As others see it."
        errorMessage="Please enter a name."
        value=""
        onChange={vi.fn()}
      />,
    );
    const field = screen.getByRole('textbox', { name: 'Your name' });
    expect(field).toBeInvalid();
    expect(field).toHaveAccessibleDescription('As others see it. Please enter a name.');
    await expectAccessible();
  });

  it('take several lines', async () => {
    const onChange = vi.fn();
    render(<TextField label="Welcome" multiline value="" onChange={onChange} />);
    const area = screen.getByRole('textbox', { name: 'Welcome' });
    expect(area.tagName).toBe('TEXTAREA');
    await userEvent.type(area, 'H');
    expect(onChange).toHaveBeenCalledWith('H');
    await expectAccessible();
  });

  it('show a password when asked to', async () => {
    render(<PasswordField label="Password" value="secret words" onChange={vi.fn()} />);
    const field = screen.getByLabelText('Password');
    expect(field).toHaveAttribute('type', 'password');
    await userEvent.click(screen.getByRole('button', { name: 'Show password' }));
    expect(field).toHaveAttribute('type', 'text');
    await expectAccessible();
  });

  it('are cleared by button and by Escape when they search', async () => {
    function Searching() {
      const [value, setValue] = useState('council');
      return <SearchField label="Search" value={value} onChange={setValue} />;
    }
    render(<Searching />);
    await userEvent.click(screen.getByRole('button', { name: 'Clear the search' }));
    const field = screen.getByRole('searchbox', { name: 'Search' });
    expect(field).toHaveValue('');
    await userEvent.type(field, 'x{Escape}');
    expect(field).toHaveValue('');
    await expectAccessible();
  });

  it('choose one of several by keyboard', async () => {
    const onChange = vi.fn();
    render(
      <Select
        label="Camera"
        items={[
          { id: 'a', label: 'Built-in' },
          { id: 'b', label: 'Desk', description: 'USB' },
        ]}
        value="a"
        onChange={onChange}
      />,
    );
    await userEvent.tab();
    await userEvent.keyboard('{Enter}{ArrowDown}{Enter}');
    expect(onChange).toHaveBeenCalledWith('b');
    await expectAccessible();
  });
});

describe('choices', () => {
  it('switch, tick and select', async () => {
    const onSwitch = vi.fn();
    const onTick = vi.fn();
    const onRadio = vi.fn();
    render(
      <>
        <Switch label="Noise" description="Removes fans" value={false} onChange={onSwitch} />
        <Checkbox label="May speak" value onChange={onTick} />
        <RadioGroup
          label="Layout"
          value="grid"
          onChange={onRadio}
          items={[
            { id: 'grid', label: 'Grid', description: 'All the same size' },
            { id: 'speaker', label: 'Speaker' },
          ]}
        />
      </>,
    );
    const noise = screen.getByRole('switch', { name: 'Noise' });
    expect(noise).toHaveAccessibleDescription('Removes fans');
    await userEvent.click(noise);
    expect(onSwitch).toHaveBeenCalledWith(true);
    await userEvent.click(screen.getByRole('checkbox', { name: 'May speak' }));
    expect(onTick).toHaveBeenCalledWith(false);
    expect(screen.getByRole('radio', { name: 'Grid' })).toBeChecked();
    await userEvent.click(screen.getByRole('radio', { name: 'Speaker' }));
    expect(onRadio).toHaveBeenCalledWith('speaker');
    await expectAccessible();
  });

  it('slide by keyboard', async () => {
    const onChange = vi.fn();
    render(<Slider label="Volume" value={50} onChange={onChange} />);
    await userEvent.tab();
    await userEvent.keyboard('{ArrowRight}');
    expect(onChange).toHaveBeenCalledWith(51);
    await expectAccessible();
  });

  it('change the tab', async () => {
    render(
      <Tabs
        label="Settings"
        items={[
          { id: 'a', label: 'Devices', content: 'Camera' },
          { id: 'b', label: 'General', content: 'Sounds' },
        ]}
      />,
    );
    expect(screen.getByRole('tabpanel', { name: 'Devices' })).toHaveTextContent('Camera');
    await userEvent.click(screen.getByRole('tab', { name: 'General' }));
    expect(screen.getByRole('tabpanel', { name: 'General' })).toHaveTextContent('Sounds');
    await expectAccessible();
  });
});

describe('what tells', () => {
  it('reads an urgent banner out', async () => {
    render(
      <Banner tone="danger" title="No camera" live>
        It is used by another program.
      </Banner>,
    );
    expect(screen.getByText('No camera').closest('[role=alert]')).toHaveTextContent(
      'It is used by another program.',
    );
    await expectAccessible();
  });

  it('names a spinner that stands alone, and hides pictures of names', async () => {
    render(
      <>
        <Spinner label="Loading" />
        <Avatar name="Ada Lovelace" />
      </>,
    );
    expect(screen.getByRole('progressbar', { name: 'Loading' })).toBeInTheDocument();
    expect(screen.getByText('AL')).toHaveAttribute('aria-hidden', 'true');
    await expectAccessible();
  });

  it.each([
    ['Ada Lovelace', 'AL'],
    ['Noël van der Berg', 'NB'],
    ['þóra', 'Þ'],
    ['李 小龙', '李小'],
    ['Anne-Marie', 'AM'],
    ['Ada Lovelace (Ward 3)', 'AL'],
    ['(Press)', '·'],
    ['🙂', '·'],
    ['', '·'],
  ])('shortens %s to %s', (name, letters) => {
    expect(initials(name)).toBe(letters);
  });
});
