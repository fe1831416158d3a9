/** Longer prompts are none. */
const LONGEST_PROMPT = 1000;
/** What a prompt ends with, where it was not seen before its line was typed. */
const PROMPT_END = /[$#%>❯»λ➜:?\])]\s*$/u;
/** What shells and database clients show before the next line of a statement: `> `, `... `, `quote> `, `db-> `, an indent. */
const CONTINUATION = /^(?:[\w\s"'`(\\/.-]{0,60}?[>.]{1,3}\s*|\s+)$/;

export function isPrompt(text: string): boolean {
  return text.trim() !== '' && text.length <= LONGEST_PROMPT;
}

/** Of a line that goes on with the statement of the line before. */
export function isContinuation(prompt: string): boolean {
  return CONTINUATION.test(prompt);
}

/** What stands after the prompt; null: the line does not begin with it. `aside`: what stood at its right before. */
export function afterPrompt(text: string, prompt: string, aside: string): string | null {
  if (!text.startsWith(prompt)) {
    // a prompt that nothing was typed at may have lost the blanks at its end
    return text.trimEnd() === prompt.trimEnd() ? '' : null;
  }
  const [first = '', ...others] = text.slice(prompt.length).trimEnd().split('\n');
  return [withoutAside(first.trimEnd(), aside), ...others].join('\n').trimEnd();
}

function withoutAside(line: string, aside: string): string {
  if (aside === '' || !line.endsWith(aside)) return line;
  const before = line.slice(0, -aside.length);
  return before === '' || before.endsWith(' ') ? before.trimEnd() : line;
}

/** Whether a line shows what was typed, after something that looks like a prompt. */
export function showsTyped(text: string, typed: string): boolean {
  const line = text.trimEnd();
  return (
    typed !== '' &&
    line.endsWith(typed) &&
    PROMPT_END.test(line.slice(0, line.length - typed.length).slice(-8))
  );
}

/** Stars and dots are what a password looks like where something is echoed at all. */
export function isMasked(text: string): boolean {
  return /^[*•●∙·]+$/u.test(text);
}
