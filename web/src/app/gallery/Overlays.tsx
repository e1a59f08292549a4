import { useState } from 'react';
import {
  Button,
  ConfirmDialog,
  Dialog,
  Ellipsis,
  IconButton,
  Menu,
  Mic,
  Popover,
  Sheet,
  SidePanel,
  Tooltip,
  toast,
  Trash2,
} from '@/ui';
import styles from './GalleryPage.module.css';

const text = 'People see this text before they join. It can be as long as it needs to be.';

export function Overlays() {
  const [open, setOpen] = useState<'dialog' | 'confirm' | 'sheet'>();
  const [grid, setGrid] = useState(true);
  const [panel, setPanel] = useState(true);
  const close = () => setOpen(undefined);
  return (
    <>
      <div className={styles['line']}>
        <Button onPress={() => setOpen('dialog')}>Dialog</Button>
        <Button onPress={() => setOpen('confirm')}>Confirm</Button>
        <Button onPress={() => setOpen('sheet')}>Sheet</Button>
        <Button onPress={() => toast.show('Link copied', { tone: 'success' })}>Toast</Button>
        <Button
          onPress={() =>
            toast.show('“Council” was deleted', { action: { label: 'Undo', onPress: () => undefined } })
          }
        >
          Toast with undo
        </Button>
        <Menu
          label="More"
          trigger={<IconButton label="More" icon={<Ellipsis size={20} />} />}
          sections={[
            {
              id: 'layout',
              title: 'Layout',
              single: true,
              items: [
                { id: 'grid', label: 'Grid', selected: grid, onAction: () => setGrid(true) },
                { id: 'speaker', label: 'Speaker', selected: !grid, onAction: () => setGrid(false) },
              ],
            },
            {
              id: 'person',
              items: [
                {
                  id: 'mute',
                  label: 'Mute',
                  icon: <Mic size={18} />,
                  shortcut: 'M',
                  description: 'They can unmute',
                },
                { id: 'remove', label: 'Remove', icon: <Trash2 size={18} />, danger: true },
                { id: 'share', label: 'Share', isDisabled: true },
              ],
            },
          ]}
        />
        <Popover label="About" trigger={<Button>Popover</Button>}>
          <p>{text}</p>
        </Popover>
        <Tooltip text="More about it" shortcut="?">
          <Button>Tooltip</Button>
        </Tooltip>
        <Button onPress={() => setPanel(!panel)}>Panel</Button>
      </div>
      <div className={styles['stage']} data-surface="stage">
        <div className={styles['picture']} />
        {panel && (
          <SidePanel title="Chat" onClose={() => setPanel(false)}>
            <p>{text}</p>
          </SidePanel>
        )}
      </div>
      <Dialog
        isOpen={open === 'dialog'}
        onOpenChange={close}
        title="Meeting settings"
        actions={
          <>
            <Button onPress={close}>Cancel</Button>
            <Button variant="primary" onPress={close}>
              Save
            </Button>
          </>
        }
      >
        <p>{text}</p>
      </Dialog>
      <ConfirmDialog
        isOpen={open === 'confirm'}
        onOpenChange={close}
        title="End the meeting for everyone?"
        confirmLabel="End meeting for all"
        onConfirm={close}
      >
        All 12 people leave, and the chat is gone.
      </ConfirmDialog>
      <Sheet isOpen={open === 'sheet'} onOpenChange={close} title="People">
        <p>{text}</p>
      </Sheet>
    </>
  );
}
