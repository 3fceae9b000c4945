/** Ranks by name: who guards the site stands from here on up. */

export const HOST = 1;
export const MODERATOR = 2;
