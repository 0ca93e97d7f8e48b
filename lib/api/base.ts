/** All paths of the API begin with it. */
export const apiBase = '/api/v1';
