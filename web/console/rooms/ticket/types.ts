import type { Schemas } from "@api/client";
export type { Message, Case, Ticket, ClockOut, Schemas } from "@api/client";
export type { HouseEvent } from "@api/events";
export type Attachment = Schemas["AttachmentOut"];
export type Offer = Schemas["OfferOut"];
export type Person = Schemas["PersonOut"];
export type ActIn = Schemas["ActIn"];
/** A person's name and role by id, as far as anybody told. */
export type Names = (id: string | null | undefined) => { name: string; role: string } | undefined;
