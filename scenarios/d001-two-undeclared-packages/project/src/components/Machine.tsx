import clsx from "clsx";

type Props = { running: boolean; onPress: () => void };

export function Machine({ running, onPress }: Props) {
  return (
    <button className={clsx("machine", running && "running")} onClick={onPress}>
      {running ? "Stop" : "Start"}
    </button>
  );
}
