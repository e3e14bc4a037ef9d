// What the guides ask of an app that shows a vehicle: gather the interventions of all its capabilities, look each up,
// and offer to link again where that is what mends it. Once more as published, where each id is taken for an object:
// that asks for `undefined`, which has to be a plain 404. Prints what it found as JSON.

type Capability = { isCapable: boolean; interventionIds: string[] };
type Vehicle = { id: string; capabilities: Record<string, Capability> };
type Intervention = { id: string; resolution: { title: string; description: string; action: "Link" | null } };

const [base, token, vehicleId] = process.argv.slice(2);

function ask(path: string): Promise<Response> {
  return fetch(`${base}${path}`, { headers: { Authorization: `Bearer ${token}` } });
}

async function get<T>(path: string): Promise<T> {
  const response = await ask(path);
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

const vehicle = await get<Vehicle>(`/vehicles/${vehicleId}`);
const ids = Object.values(vehicle.capabilities).flatMap((capability) => capability.interventionIds);
const unique = [...new Set(ids)];
const interventions = await Promise.all(unique.map((id) => get<Intervention>(`/interventions/${id}`)));
const asPublished = await Promise.all(unique.map((id: any) => ask(`/interventions/${id.id}`)));

console.log(
  JSON.stringify({
    ids: unique,
    titles: interventions.map((intervention) => intervention.resolution.title),
    offersLinking: interventions.some((intervention) => intervention.resolution.action === "Link"),
    asPublished: await Promise.all(asPublished.map(async (answer) => [answer.status, (await answer.json()).title])),
  }),
);
