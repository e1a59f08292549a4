import { useState } from 'react';
import {
  Avatar,
  Banner,
  Button,
  Checkbox,
  Hand,
  IconButton,
  Link2,
  LinkButton,
  MessageSquare,
  Mic,
  MicOff,
  MonitorUp,
  PasswordField,
  PhoneOff,
  Plus,
  RadioGroup,
  SearchField,
  Select,
  Slider,
  Spinner,
  Switch,
  Tabs,
  TextField,
  ToggleButton,
  Users,
} from '@/ui';
import styles from './GalleryPage.module.css';

const cameras = [
  { id: 'built-in', label: 'Built-in camera', description: 'Follows the system’s choice' },
  { id: 'desk', label: 'Desk camera' },
];

export function Controls() {
  const [text, setText] = useState('');
  const [on, setOn] = useState(true);
  const [muted, setMuted] = useState(false);
  const [camera, setCamera] = useState('built-in');
  const [volume, setVolume] = useState(60);
  return (
    <>
      <div className={styles['line']}>
        <Button variant="primary" icon={<Plus size={20} />}>
          New meeting
        </Button>
        <Button>Copy link</Button>
        <Button variant="quiet">Cancel</Button>
        <Button variant="danger">End for all</Button>
        <Button variant="primary" isPending>
          Saving
        </Button>
        <Button isDisabled>Not now</Button>
        <Button size="small">Small</Button>
        <Button size="large" variant="primary">
          Join
        </Button>
        <LinkButton href="/gallery" icon={<Link2 size={18} />}>
          A link
        </LinkButton>
        <ToggleButton pressed={on} onChange={setOn}>
          Toggle
        </ToggleButton>
      </div>
      <div className={styles['line']}>
        <IconButton
          size="large"
          variant="secondary"
          label="Microphone"
          shortcut="M"
          pressed={!muted}
          icon={muted ? <MicOff /> : <Mic />}
          onPress={() => setMuted(!muted)}
        />
        <IconButton
          size="large"
          variant="secondary"
          label="Share screen"
          icon={<MonitorUp />}
          unavailable="A moderator has switched sharing off."
        />
        <IconButton size="large" variant="secondary" label="Raise hand" pressed={false} icon={<Hand />} />
        <IconButton size="large" variant="secondary" label="Chat" badge={3} icon={<MessageSquare />} />
        <IconButton size="large" variant="danger" label="Leave" icon={<PhoneOff />} />
        <IconButton label="People" icon={<Users size={20} />} />
        <Avatar name="Ada Lovelace" />
        <Avatar name="Noël van der Berg" />
        <Avatar name="Þóra" size={56} />
        <Spinner label="Loading" />
      </div>
      <div className={styles['columns']}>
        <TextField label="Your name" description="As others see it." value={text} onChange={setText} />
        <TextField
          label="E-mail"
          value="ada"
          onChange={() => undefined}
          errorMessage="Enter a complete address."
        />
        <PasswordField label="Password" value="correct horse" onChange={() => undefined} />
        <SearchField label="Search" value={text} onChange={setText} />
        <TextField label="Welcome text" value={text} onChange={setText} multiline />
        <Select label="Camera" items={cameras} value={camera} onChange={setCamera} />
      </div>
      <div className={styles['columns']}>
        <div>
          <Switch
            label="Noise suppression"
            description="Removes keyboards and fans"
            value={on}
            onChange={setOn}
          />
          <Switch label="Off" value={false} onChange={() => undefined} />
          <Checkbox label="Attendees may speak" value={on} onChange={setOn} />
          <Checkbox label="Attendees may share" value={false} onChange={() => undefined} />
        </div>
        <RadioGroup
          label="Layout"
          value="grid"
          onChange={() => undefined}
          items={[
            { id: 'grid', label: 'Grid', description: 'Everyone the same size' },
            { id: 'speaker', label: 'Speaker' },
          ]}
        />
        <Slider label="Volume" value={volume} onChange={setVolume} minValue={0} maxValue={100} />
      </div>
      <div className={styles['columns']}>
        <Banner title="You are muted">Press M to speak.</Banner>
        <Banner tone="success">The settings were saved.</Banner>
        <Banner tone="warning" title="Slow connection" actions={<Button size="small">Audio only</Button>}>
          Pictures may freeze.
        </Banner>
        <Banner tone="danger">The camera is used by another program.</Banner>
      </div>
      <Tabs
        label="Settings"
        items={[
          { id: 'devices', label: 'Devices', content: <p>Camera and microphone</p> },
          { id: 'background', label: 'Background', content: <p>Blur or a picture</p> },
        ]}
      />
    </>
  );
}
