import type { ReactNode } from 'react';
import { Tab, TabList, TabPanel, Tabs as AriaTabs } from 'react-aria-components';
import { cx } from './cx';
import styles from './Tabs.module.css';

export interface TabItem<Id extends string = string> {
  id: Id;
  label: string;
  icon?: ReactNode;
  content: ReactNode;
}

export interface TabsProps<Id extends string> {
  /** Names the group of tabs. */
  label: string;
  items: readonly TabItem<Id>[];
  value?: Id;
  onChange?: (id: Id) => void;
}

export function Tabs<Id extends string>({ label, items, value, onChange }: TabsProps<Id>) {
  return (
    <AriaTabs
      {...(value === undefined ? {} : { selectedKey: value })}
      onSelectionChange={(key) => onChange?.(key as Id)}
      className={cx(styles['tabs'])}
    >
      <TabList aria-label={label} className={cx(styles['list'])}>
        {items.map((item) => (
          <Tab key={item.id} id={item.id} className={cx(styles['tab'])}>
            {item.icon}
            {item.label}
          </Tab>
        ))}
      </TabList>
      {items.map((item) => (
        <TabPanel key={item.id} id={item.id} className={cx(styles['panel'])}>
          {item.content}
        </TabPanel>
      ))}
    </AriaTabs>
  );
}
