import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { describe, expect, it, vi } from 'vitest';
import { expectAccessible } from '@/test/axe';
import { Button, ConfirmDialog, Dialog, Menu, Popover, Sheet, SidePanel, toast, Toasts } from '.';

describe('dialogs', () => {
  function WithDialog() {
    const [isOpen, setOpen] = useState(false);
    return (
      <>
        <Button onPress={() => setOpen(true)}>Settings</Button>
        <Dialog
          isOpen={isOpen}
          onOpenChange={setOpen}
          title="Meeting settings"
          actions={<Button>Save</Button>}
        >
          <p>Name</p>
        </Dialog>
      </>
    );
  }

  it('take the focus, close with Escape and give the focus back', async () => {
    render(<WithDialog />);
    const opener = screen.getByRole('button', { name: 'Settings' });
    await userEvent.click(opener);
    const dialog = await screen.findByRole('dialog', { name: 'Meeting settings' });
    expect(dialog).toContainElement(document.activeElement as HTMLElement);
    await expectAccessible();
    await userEvent.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByRole('dialog')).not.toBeInTheDocument());
    await waitFor(() => expect(opener).toHaveFocus());
  });

  it('ask before what cannot be undone, with the harmless answer first', async () => {
    const onConfirm = vi.fn();
    render(
      <ConfirmDialog
        isOpen
        onOpenChange={vi.fn()}
        title="End the meeting?"
        confirmLabel="End meeting for all"
        onConfirm={onConfirm}
      >
        Everyone leaves.
      </ConfirmDialog>,
    );
    expect(await screen.findByRole('alertdialog', { name: 'End the meeting?' })).toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'Cancel' })).toHaveFocus();
    await userEvent.click(screen.getByRole('button', { name: 'End meeting for all' }));
    expect(onConfirm).toHaveBeenCalledOnce();
    await expectAccessible();
  });

  it('rise as sheets', async () => {
    const onOpenChange = vi.fn();
    render(
      <Sheet isOpen onOpenChange={onOpenChange} title="People">
        <p>Ada</p>
      </Sheet>,
    );
    await userEvent.click(await screen.findByRole('button', { name: 'Close' }));
    expect(onOpenChange).toHaveBeenCalledWith(false);
    await expectAccessible();
  });
});

describe('menus', () => {
  it('act, tick and skip what is disabled', async () => {
    const onMute = vi.fn();
    const onGrid = vi.fn();
    render(
      <Menu
        label="More"
        trigger={<Button>More</Button>}
        sections={[
          {
            id: 'layout',
            title: 'Layout',
            single: true,
            items: [
              { id: 'grid', label: 'Grid', selected: false, onAction: onGrid },
              { id: 'speaker', label: 'Speaker', selected: true },
            ],
          },
          { id: 'person', items: [{ id: 'mute', label: 'Mute', onAction: onMute, shortcut: 'M' }] },
        ]}
      />,
    );
    await userEvent.click(screen.getByRole('button', { name: 'More' }));
    expect(await screen.findByRole('menuitemradio', { name: 'Speaker' })).toHaveAttribute(
      'aria-checked',
      'true',
    );
    await expectAccessible();
    await userEvent.click(screen.getByRole('menuitemradio', { name: 'Grid' }));
    expect(onGrid).toHaveBeenCalledOnce();
    await userEvent.click(screen.getByRole('button', { name: 'More' }));
    await userEvent.click(await screen.findByRole('menuitem', { name: 'Mute' }));
    expect(onMute).toHaveBeenCalledOnce();
  });

  it('open small windows of content', async () => {
    render(
      <Popover label="About" trigger={<Button>Info</Button>}>
        <p>Nothing is kept.</p>
      </Popover>,
    );
    await userEvent.click(screen.getByRole('button', { name: 'Info' }));
    expect(await screen.findByRole('dialog', { name: 'About' })).toHaveTextContent('Nothing is kept.');
    await expectAccessible();
  });
});

describe('the side panel', () => {
  it('changes its width by keyboard and remembers it', async () => {
    const { unmount } = render(
      <SidePanel title="Chat" onClose={vi.fn()}>
        <p>Hello</p>
      </SidePanel>,
    );
    const grip = screen.getByRole('separator', { name: 'Width of the panel' });
    expect(grip).toHaveAttribute('aria-valuenow', '360');
    grip.focus();
    await userEvent.keyboard('{ArrowLeft}');
    expect(grip).toHaveAttribute('aria-valuenow', '384');
    await userEvent.keyboard('{End}{ArrowLeft}');
    expect(grip).toHaveAttribute('aria-valuenow', '640');
    await expectAccessible();
    unmount();
    render(
      <SidePanel title="People" onClose={vi.fn()}>
        <p>Ada</p>
      </SidePanel>,
    );
    expect(screen.getByRole('separator')).toHaveAttribute('aria-valuenow', '640');
    expect(screen.getByRole('complementary', { name: 'People' })).toBeInTheDocument();
  });
});

describe('toasts', () => {
  it('show a message, offer to undo it, and tell when they are gone', async () => {
    const onPress = vi.fn();
    const onClose = vi.fn();
    render(<Toasts />);
    toast.show('“Council” was deleted', { action: { label: 'Undo', onPress }, onClose });
    expect(await screen.findByText('“Council” was deleted')).toBeInTheDocument();
    await expectAccessible();
    await userEvent.click(screen.getByRole('button', { name: 'Undo' }));
    expect(onPress).toHaveBeenCalledOnce();
    expect(onClose).toHaveBeenCalledOnce();
    await waitFor(() => expect(screen.queryByText('“Council” was deleted')).not.toBeInTheDocument());
  });
});
