const AUDIO = /\.(flac|mp3|m4a|m4b|mp4|aac|ogg|oga|opus|wav|aiff?|aifc|mka|webm)$/i;

/** Whether a file's name says that it may be music. */
export function mayBeMusic(file: File): boolean {
  return AUDIO.test(file.name) && !file.name.startsWith(".");
}

/** Everything that was dropped: single files as they are, folders by the music in them. */
export async function droppedFiles(transfer: DataTransfer): Promise<File[]> {
  // The browser empties the list as soon as this turn of the event loop ends: read it first.
  const entries = [...transfer.items]
    .map((item) => item.webkitGetAsEntry())
    .filter((entry) => entry !== null);
  const files = await Promise.all(
    entries.map(async (entry) =>
      entry.isDirectory ? (await filesIn(entry)).filter(mayBeMusic) : filesIn(entry),
    ),
  );
  return files.flat();
}

async function filesIn(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile)
    return [
      await new Promise<File>((found, lost) => (entry as FileSystemFileEntry).file(found, lost)),
    ];
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const children: FileSystemEntry[] = [];
  // A reader answers at most a hundred entries at a time, and none when it is done.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((found, lost) =>
      reader.readEntries(found, lost),
    );
    if (!some.length) break;
    children.push(...some);
  }
  return (await Promise.all(children.map(filesIn))).flat();
}
