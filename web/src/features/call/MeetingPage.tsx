/** The page of one meeting, from the door to the ending. */
export default function MeetingPage(): React.JSX.Element {
  return <main />;
}
