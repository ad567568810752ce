import { nanoid } from 'nanoid';
import { signed } from '../lib/sign';

export function GET(): Response {
  return Response.json({ ticket: signed(nanoid()) });
}
