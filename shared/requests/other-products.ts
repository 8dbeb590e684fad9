/**
 * Products of other makers that a desk is told about. Named louder than any service of Microsoft's, they say that the trouble is
 * another publisher's. Readable text; our own list, by what desks in the three languages meet.
 */
export const otherProducts =
  'sap, salesforce*, adobe*, acrobat*, photoshop*, datev, lexware*, sage, quickbooks*, zoom, slack, dropbox*, google*, gmail, webex*, autocad*, autodesk*, teamviewer*, anydesk*, docusign*, oracle*, jira*, confluence*, servicenow*, hubspot*, mailchimp*, whatsapp*, sophos*, kaspersky*, mcafee*, veeam*, サイボウズ, キントーン, kintone*, 弥生会計, 勘定奉行, freee, ジョブカン';
