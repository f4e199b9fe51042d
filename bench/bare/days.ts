/** The sample's day, which is also the end of its "soon": the product works both out from its clock. */
export const today = new Date().toISOString().slice(0, 10);
