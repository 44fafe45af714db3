// A label above an input, with a red mark when it must be filled, a hint, and problems below.
import type { ReactNode } from 'react';

export function Labelled({
  label,
  htmlFor,
  required,
  hint,
  problems,
  children,
  extra,
  wide,
}: {
  label: ReactNode;
  htmlFor?: string;
  required?: boolean;
  hint?: ReactNode;
  problems?: string[];
  children: ReactNode;
  extra?: ReactNode;
  wide?: boolean;
}) {
  const bad = problems && problems.length > 0;
  return (
    <div className={`labelled${wide ? ' labelled-wide' : ''}`}>
      <div className="labelled-head">
        <label htmlFor={htmlFor}>
          {required ? (
            <span className="required" aria-hidden="true">
              *
            </span>
          ) : null}
          {label}
        </label>
        {extra}
      </div>
      {children}
      {bad ? (
        <div className="labelled-problem" role="alert" id={htmlFor ? `${htmlFor}-problem` : undefined}>
          {problems.map((text) => (
            <div key={text}>{text}</div>
          ))}
        </div>
      ) : null}
      {hint ? <div className="labelled-hint">{hint}</div> : null}
    </div>
  );
}
