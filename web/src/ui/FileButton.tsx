import type { ReactNode } from 'react';
import { FileTrigger } from 'react-aria-components';
import { Button } from './Button';

export interface FileButtonProps {
  children: ReactNode;
  icon?: ReactNode;
  /** Media types that may be chosen, such as "image/png". */
  accept: readonly string[];
  onChoose: (file: File) => void;
  isPending?: boolean;
}

/** FileButton lets somebody choose one file of theirs. */
export function FileButton({ children, icon, accept, onChoose, isPending = false }: FileButtonProps) {
  return (
    <FileTrigger
      acceptedFileTypes={accept}
      onSelect={(files) => {
        const file = files?.item(0);
        if (file) onChoose(file);
      }}
    >
      <Button icon={icon} isPending={isPending}>
        {children}
      </Button>
    </FileTrigger>
  );
}
