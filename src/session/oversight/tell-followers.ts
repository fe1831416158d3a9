/** What it takes to tell the owner of a session without a terminal who follows its recording. */
export interface TellFollowers {
  readonly owner: string;
  /** The policy asks for it (`tellWhenWatched`). */
  readonly tell: boolean;
  readonly say: (line: string) => void;
}

/** Told of each person once: what stands on standard error is not taken back, and a program may be reading it. */
export function tellFollowers({ owner, tell, say }: TellFollowers): (by: readonly string[]) => void {
  const told = new Set([owner]);
  return (by) => {
    const news = tell ? by.filter((name) => !told.has(name)) : [];
    for (const name of news) told.add(name);
    if (news.length > 0) say(`${news.join(', ')} now watches this session.`);
  };
}
