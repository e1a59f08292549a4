import {
  Label,
  Slider as AriaSlider,
  SliderOutput,
  SliderThumb,
  SliderTrack,
  type SliderProps as AriaSliderProps,
} from 'react-aria-components';
import { cx } from './cx';
import fieldStyles from './Field.module.css';
import styles from './Slider.module.css';

export interface SliderProps {
  label: string;
  value: number;
  onChange: (value: number) => void;
  /** Called once when the person lets go. */
  onChangeEnd?: (value: number) => void;
  minValue?: number;
  maxValue?: number;
  step?: number;
  /** How the value is shown and read out; a plain number by default. */
  formatOptions?: NonNullable<AriaSliderProps['formatOptions']>;
  isDisabled?: boolean;
  className?: string | undefined;
}

export function Slider({ label, className, ...rest }: SliderProps) {
  return (
    <AriaSlider {...rest} className={cx(styles['slider'], className)}>
      <Label className={cx(fieldStyles['label'])}>{label}</Label>
      <SliderOutput className={cx(styles['value'])} />
      <SliderTrack className={cx(styles['track'])}>
        {({ state }) => (
          <>
            <span className={styles['fill']} style={{ inlineSize: `${state.getThumbPercent(0) * 100}%` }} />
            <SliderThumb className={cx(styles['thumb'])} />
          </>
        )}
      </SliderTrack>
    </AriaSlider>
  );
}
