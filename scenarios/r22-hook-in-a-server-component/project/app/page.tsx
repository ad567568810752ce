import { Metronome } from "@/components/Metronome";

export default function Home() {
  return <Metronome />;
}
