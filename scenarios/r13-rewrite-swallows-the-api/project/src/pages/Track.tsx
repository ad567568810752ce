import { useEffect, useState } from "react";
import { useParams } from "react-router-dom";

export function Track() {
  const { id } = useParams();
  const [place, setPlace] = useState("somewhere");

  useEffect(() => {
    fetch(`/api/parcels/${id}`)
      .then((answer) => answer.json())
      .then((parcel: { place: string }) => setPlace(parcel.place));
  }, [id]);

  return <p>Parcel {id} is in {place}</p>;
}
