import {
  createContext,
  type DragEvent,
  type ReactNode,
  useContext,
  useState,
  useSyncExternalStore,
} from "react";
import { useLocation } from "wouter";
import { droppedFiles } from "./dropped";
import { type Sending, Uploader } from "./uploader";

const UploaderContext = createContext<Uploader | undefined>(undefined);

/** The one uploader of the page. Only for components inside UploadsProvider. */
export function useUploader(): Uploader {
  const uploader = useContext(UploaderContext);
  if (!uploader) throw new Error("useUploader outside UploadsProvider");
  return uploader;
}

export function useSendings(): readonly Sending[] {
  const { state } = useUploader();
  return useSyncExternalStore(state.on, state.get).sendings;
}

/** Takes files that are dropped anywhere on the page. */
export function UploadsProvider({ children }: { children: ReactNode }) {
  const [uploader] = useState(() => new Uploader());
  const [over, setOver] = useState(false);
  const [, go] = useLocation();

  function dragged(event: DragEvent) {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    setOver(true);
  }

  async function dropped(event: DragEvent) {
    event.preventDefault();
    setOver(false);
    const files = await droppedFiles(event.dataTransfer);
    if (!files.length) return;
    uploader.add(files);
    go("/add");
  }

  return (
    <UploaderContext value={uploader}>
      {/* Dropping is a shortcut; the Add page does the same from the keyboard. */}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: see above */}
      <div
        className="drop"
        data-over={over || undefined}
        onDragOver={dragged}
        onDragLeave={(event) => event.currentTarget === event.target && setOver(false)}
        onDrop={(event) => void dropped(event)}
      >
        {children}
        {over && <p className="drop-here">Drop your music here</p>}
      </div>
    </UploaderContext>
  );
}
