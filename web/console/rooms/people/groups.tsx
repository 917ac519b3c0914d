/** Groups as routing knows them: who shares a skill and a tier, who of them is here, and what they carry together. */
import { useNow, useSay } from "@ui";
import { Meter, type Person } from "../desk/kit";

export interface Group { skill: string; tier: number }
const EVERYTHING = "*";
export const inGroup = (p: Person, g: Group) => p.role === "engineer" && p.tier === g.tier && (p.skills.includes(g.skill) || p.skills.includes(EVERYTHING));
const isHere = (p: Person, now: number) => !(p.away_until && Date.parse(p.away_until) > now);
export function Groups({ people, chosen, onChoose }: { people: Person[]; chosen: Group | null; onChoose: (g: Group | null) => void }) {
  const say = useSay(), now = useNow();
  const engineers = people.filter((p) => p.role === "engineer"), every = engineers.filter((p) => p.skills.includes(EVERYTHING));
  const groups = new Map<string, { group: Group; members: Person[] }>();
  for (const p of engineers) for (const skill of p.skills) if (skill !== EVERYTHING) {
    const key = `${skill} ${p.tier}`, g = groups.get(key) ?? { group: { skill, tier: p.tier }, members: [] };
    g.members.push(p);
    groups.set(key, g);
  }
  const all = [...groups.values()].sort((a, b) => a.group.skill.localeCompare(b.group.skill) || a.group.tier - b.group.tier);
  return (
    <section>
      <h2>{say("people.groups")}</h2><p className="q">{say("people.groups_help")}</p>
      {!all.length ? <p className="q">{say("people.groups_none")}</p> : (
        <table className="stack mid"><thead><tr><th>{say("people.group")}</th><th>{say("people.members")}</th><th>{say("people.there")}</th><th>{say("people.room")}</th></tr></thead>
          <tbody>{all.map(({ group, members }) => {
            const name = say("people.group_of", { ...group }), here = members.filter((p) => isHere(p, now)), load = members.reduce((n, p) => n + p.load, 0), capacity = here.reduce((n, p) => n + p.capacity, 0);
            const is = chosen?.skill === group.skill && chosen.tier === group.tier;
            return (
              <tr key={name}><th scope="row"><button type="button" className="link" aria-pressed={is} aria-label={say("people.in_group", { group: name })} onClick={() => { onChoose(is ? null : group); document.getElementById("room")?.scrollTo({ top: 0 }); }}>{name}</button></th>
                <td className="q full">{members.map((p) => p.name).join(say("plans.and"))}{members.length + every.filter((p) => p.tier >= group.tier).length === 1 && <span className="tag"> {say("people.group_one")}</span>}</td>
                <td>{here.length ? <span className="q">{say("people.group_here", { n: here.length })}</span> : <span className="txt-risk">{say("people.group_nobody")}</span>}</td>
                <td><Meter used={load} of={capacity} words={say("people.load_of", { load, capacity })} /></td></tr>
            );
          })}</tbody></table>
      )}
      {!!every.length && <p className="s m below">{say("people.generalists", { n: every.length, names: every.map((p) => p.name).join(say("plans.and")) })}</p>}
    </section>
  );
}
