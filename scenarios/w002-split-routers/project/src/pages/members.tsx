import { Frame } from "../components/Frame";

export default function Members() {
  return <Frame title="Members">Forty gardeners.</Frame>;
}
