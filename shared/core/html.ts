const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text inside an element or a quoted attribute of HTML. */
export const encodeHtml = (text: string): string => text.replace(/[&<>"']/g, (sign) => entities[sign] ?? '');
