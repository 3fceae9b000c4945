/** Ranks by name. Moderators of the site begin at MODERATOR. */

export const HOST = 1;
export const MODERATOR = 2;
