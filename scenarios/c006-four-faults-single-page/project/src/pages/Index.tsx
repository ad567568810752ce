import { Link } from "react-router-dom";
import { Button } from "@/components/ui/Button";
export default function Index() { return <main><h1>Welcome</h1><Link to="/dashboard"><Button>Open</Button></Link></main>; }
