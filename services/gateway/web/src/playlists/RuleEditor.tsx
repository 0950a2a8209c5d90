import { Plus, X } from "lucide-react";
import type { Rule } from "./queries";
import {
  about,
  type Condition,
  complaint,
  FIELDS,
  type Field,
  KEYS,
  MOST_CONDITIONS,
  MOST_TRACKS,
  OPERATOR_NAMES,
  type Operator,
  ORDERS,
  offered,
} from "./rules";

export const FIRST_RULE: Rule = {
  match: "all",
  conditions: [about("genre")],
  order: "title",
  limit: 100,
};

/** Whether a rule can be saved. */
export function isWhole({ conditions, limit }: Rule): boolean {
  const limitIsFit = Number.isInteger(limit) && limit >= 1 && limit <= MOST_TRACKS;
  return limitIsFit && conditions.every((condition) => !complaint(condition));
}

/** Which tracks belong: tests, how they combine, in which order, how many. */
export function RuleEditor({ rule, onChange }: { rule: Rule; onChange: (rule: Rule) => void }) {
  const { conditions } = rule;
  const put = (changed: Condition[]) => onChange({ ...rule, conditions: changed });
  return (
    <fieldset className="rule">
      <legend className="hush">Tracks for which</legend>
      <select
        aria-label="How the tests combine"
        value={rule.match}
        onChange={({ currentTarget: { value } }) =>
          onChange({ ...rule, match: value as Rule["match"] })
        }
      >
        <option value="all">all of these are so</option>
        <option value="any">any of these is so</option>
      </select>
      <ol>
        {conditions.map((condition, at) => (
          <ConditionRow
            // biome-ignore lint/suspicious/noArrayIndexKey: conditions have no names
            key={at}
            condition={condition}
            onChange={(changed) => put(conditions.with(at, changed))}
            onRemove={conditions.length > 1 ? () => put(conditions.toSpliced(at, 1)) : undefined}
          />
        ))}
      </ol>
      <button
        type="button"
        disabled={conditions.length >= MOST_CONDITIONS}
        onClick={() => put([...conditions, about("genre")])}
      >
        <Plus /> One more test
      </button>
      <div className="ordered">
        <label className="choice">
          <span className="hush">In the order of</span>
          <select
            value={rule.order}
            onChange={({ currentTarget: { value } }) =>
              onChange({ ...rule, order: value as Rule["order"] })
            }
          >
            {Object.entries(ORDERS).map(([order, name]) => (
              <option key={order} value={order}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label className="choice">
          <span className="hush">At most</span>
          <input
            type="number"
            min={1}
            max={MOST_TRACKS}
            required
            value={rule.limit || ""}
            onChange={({ currentTarget: { value } }) => onChange({ ...rule, limit: Number(value) })}
          />
        </label>
      </div>
    </fieldset>
  );
}

function ConditionRow({
  condition,
  onChange,
  onRemove,
}: {
  condition: Condition;
  onChange: (condition: Condition) => void;
  onRemove: (() => void) | undefined;
}) {
  const { field, operator } = condition;
  const wrong = complaint(condition);
  return (
    <li>
      <select
        aria-label="What to look at"
        value={field}
        onChange={({ currentTarget: { value } }) => onChange(about(value as Field))}
      >
        {Object.entries(FIELDS).map(([each, { name }]) => (
          <option key={each} value={each}>
            {name}
          </option>
        ))}
      </select>
      <select
        aria-label="How to compare"
        value={operator}
        onChange={({ currentTarget: { value } }) =>
          onChange({ ...condition, operator: value as Operator })
        }
      >
        {offered(condition).map((each) => (
          <option key={each} value={each}>
            {OPERATOR_NAMES[each]}
          </option>
        ))}
      </select>
      <Value condition={condition} onChange={onChange} wrong={wrong} />
      <button
        type="button"
        className="icon"
        aria-label="Remove this test"
        disabled={!onRemove}
        onClick={onRemove}
      >
        <X />
      </button>
      {wrong && condition.value && <p role="alert">{wrong}</p>}
    </li>
  );
}

function Value({
  condition,
  onChange,
  wrong,
}: {
  condition: Condition;
  onChange: (condition: Condition) => void;
  wrong: string;
}) {
  const { kind, unit } = FIELDS[condition.field];
  const props = {
    "aria-label": "What to compare with",
    "aria-invalid": Boolean(wrong && condition.value),
    value: condition.value,
    onChange: ({ currentTarget }: { currentTarget: { value: string } }) =>
      onChange({ ...condition, value: currentTarget.value }),
  };
  if (kind === "truth") return <Choices {...props} of={TRUTHS} />;
  if (kind === "key") return <Choices {...props} of={KEYS} />;
  if (kind === "text") return <input {...props} required maxLength={200} />;
  return (
    <span className="amount">
      <input {...props} required inputMode="decimal" />
      {unit && <span className="hush">{unit}</span>}
    </span>
  );
}

const TRUTHS = [["true", "yes"] as const, ["false", "no"] as const];

function Choices({
  of,
  ...props
}: React.ComponentProps<"select"> & { of: readonly (readonly [string, string])[] }) {
  return (
    <select {...props}>
      {of.map(([value, words]) => (
        <option key={value} value={value}>
          {words}
        </option>
      ))}
    </select>
  );
}
