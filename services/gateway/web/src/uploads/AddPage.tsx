import { FolderUp, Upload } from "lucide-react";
import { type ChangeEvent, useRef } from "react";
import { size } from "../ui/format";
import { mayBeMusic } from "./dropped";
import { ItemRow, Row } from "./ItemRow";
import { useSendings, useUploader } from "./UploadsProvider";
import { useItems } from "./useItems";

/** Where music is added, and where one sees what becomes of each file. */
export function AddPage() {
  const sendings = useSendings();
  const items = useItems();
  const onTheirWay = sendings.filter((sending) => !sending.itemId);
  return (
    <section>
      <h1>Add music</h1>
      <Chooser />
      {onTheirWay.length > 0 && (
        <ul className="items" aria-label="Being sent">
          {onTheirWay.map(({ key, name, size_bytes, sent_bytes, refused }) => (
            <Row
              key={key}
              name={name}
              tone={refused ? "bad" : "busy"}
              progress={refused ? undefined : sent_bytes / Math.max(1, size_bytes)}
              state={
                refused ??
                (sent_bytes
                  ? `Sending, ${size(sent_bytes)} of ${size(size_bytes)}`
                  : "Waiting to be sent")
              }
            />
          ))}
        </ul>
      )}
      <ul className="items" aria-label="Your files">
        {items.map((item) => (
          <ItemRow key={item.id} item={item} />
        ))}
      </ul>
    </section>
  );
}

function Chooser() {
  const uploader = useUploader();
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);

  function chosen(event: ChangeEvent<HTMLInputElement>, filter: (file: File) => boolean) {
    uploader.add([...(event.currentTarget.files ?? [])].filter(filter));
    event.currentTarget.value = "";
  }

  return (
    <div className="chooser">
      <p>Drop files or folders anywhere on this page, or choose them.</p>
      <p className="hush">FLAC, MP3, M4A, OGG, Opus, WAV and AIFF, up to 2 GB each.</p>
      <div className="actions">
        <button type="button" className="primary" onClick={() => files.current?.click()}>
          <Upload /> Choose files
        </button>
        <button type="button" onClick={() => folder.current?.click()}>
          <FolderUp /> Choose a folder
        </button>
      </div>
      <input
        ref={files}
        type="file"
        multiple
        hidden
        aria-label="Files"
        onChange={(event) => chosen(event, () => true)}
      />
      <input
        ref={folder}
        type="file"
        multiple
        hidden
        aria-label="Folder"
        {...{ webkitdirectory: "" }}
        onChange={(event) => chosen(event, mayBeMusic)}
      />
    </div>
  );
}
