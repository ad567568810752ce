import { Link } from "react-router-dom";

export function Home() {
  return <Link to="/track/1">Where is my parcel?</Link>;
}
