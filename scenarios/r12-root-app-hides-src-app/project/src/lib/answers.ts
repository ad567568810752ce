export function answerTo(question: string): string {
  return `You asked: ${question}`;
}
