// Which model and which versions are asked, out of those that the service says it has.

import { byId, element } from "./dom.js";

const NONE = "none";

export class Chooser {
  constructor(onChange) {
    this.models = [];
    this.limits = null;
    this.feedback = false;
    this.fields = { model: byId("model"), version: byId("version"), other: byId("other") };
    this.onChange = onChange;
    this.fields.model.addEventListener("change", () => this.offerVersions());
    for (const field of Object.values(this.fields)) field.addEventListener("change", onChange);
  }

  /** Takes what GET /models answered; what was chosen stays chosen where it still exists. */
  offer({ models, limits, feedback, default_model: first }) {
    this.models = models;
    this.limits = limits;
    this.feedback = feedback;
    const kept = this.fields.model.value || first;
    fill(this.fields.model, models.map(({ name }) => [name, name]), kept);
    this.offerVersions();
  }

  offerVersions() {
    const model = this.model;
    if (!model) return;
    const labels = Object.entries(model.version_labels);
    const named = [
      ...labels.map(([label, version]) => [`label:${label}`, `${label} (${version})`]),
      ...model.versions.map(({ version }) => [`version:${version}`, `version ${version}`]),
    ];
    const { version, other } = this.fields;
    fill(version, [["", `default (${model.version})`], ...named], version.value);
    fill(other, [[NONE, "nothing"], ...named], other.value);
    byId("other-field").hidden = model.versions.length < 2;
    if (model.versions.length < 2) other.value = NONE;
  }

  get model() {
    return this.models.find(({ name }) => name === this.fields.model.value);
  }

  /** The fields of a request for each version that is asked: one, or two to compare. */
  get choices() {
    const { version, other } = this.fields;
    return (other.value === NONE ? [version.value] : [version.value, other.value]).map((value) => this.request(value));
  }

  request(value) {
    const asked = { model: this.model.name };
    const [kind, ...rest] = value.split(":");
    if (kind === "label") asked.version_label = rest.join(":");
    if (kind === "version") asked.version = Number(rest[0]);
    return asked;
  }

  /** What is known of a version of the chosen model. */
  versionOf(number) {
    return this.model?.versions.find(({ version }) => version === number);
  }

  /** Texts to try, of the version that answers callers. */
  get examples() {
    return this.versionOf(this.model?.version)?.examples ?? [];
  }
}

/** Puts options into a select; `kept` stays chosen where it is among them. */
export function fill(select, options, kept) {
  select.replaceChildren(...options.map(([value, text]) => element("option", { value }, text)));
  if (options.some(([value]) => value === kept)) select.value = kept;
}
