import { free, shelves } from "@/lib/shelves";

export default function Shelves() {
  return shelves.map((shelf) => (
    <p key={shelf.label}>
      {shelf.name}: {free(shelf, 3)} free
    </p>
  ));
}
