type Mail = { subject: string; body: string; isForged?: boolean };

let count = 0;

/**
 * A mail as it lies in the case mailbox: the partner's own Exchange Online has written on top whether it comes from where it says.
 * A forged one says the same as Microsoft's, and did not pass.
 */
export function microsoftMail({ subject, body, isForged = false }: Mail): string {
  const verdict = isForged
    ? 'spf=fail smtp.mailfrom=evil.example; dkim=none header.d=none; dmarc=fail action=none header.from=microsoft.com'
    : 'spf=pass smtp.mailfrom=microsoft.com; dkim=pass header.d=microsoft.com; dmarc=pass action=none header.from=microsoft.com';
  const fields = [
    `Authentication-Results: ${verdict}`,
    'Received: from mail.sender.example (203.0.113.7) by DB5EUR01FT042.mail.protection.outlook.com with Microsoft SMTP Server id 15.20.9000.12 via Frontend Transport',
    'From: Microsoft Support <support@microsoft.com>',
    `Subject: ${subject}`,
    `Message-ID: <demo-${String(Date.now())}-${String(++count)}@mail.example>`,
  ];
  return `${fields.join('\r\n')}\r\n\r\n${body}`;
}
