import { useParams } from "react-router-dom";

export function Track() {
  return <p>Parcel {useParams().id} is on its way</p>;
}
