/** The sample's day and the end of its "soon": the product works them out from its clock. */
export const today = new Date().toISOString().slice(0, 10);
export const soonUntil = today;
