import jwt from 'jsonwebtoken';

export function signed(seat: string): string {
  return jwt.sign({ seat }, process.env.TICKET_SECRET ?? 'rehearsal', { expiresIn: '1h' });
}
