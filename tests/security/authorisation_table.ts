/**
 * Who gets what: the answer to every route of the interface for everybody who may come. The heads of columns are
 * explained in `tests/support/visitors.ts`, the rows in `route_requests.ts`: what stands behind a slash says which
 * request of several that a route takes, `@cau` or `@cas` at which of the CAs; else it is the same at both.
 */
export const AUTHORISATION = `
                    http none user older chain serv expd early revkd open retrd rogue rear self mimic
root                200  200  200  200   200   200  200  200   200   200  200   200   200  200  200
caRoot              200  200  200  200   200   200  200  200   200   200  200   200   200  200  200
crlList             200  200  200  200   200   200  200  200   200   200  200   200   200  200  200
crl                 200  200  200  200   200   200  200  200   200   200  200   200   200  200  200
request             200  200  200  200   200   200  200  200   200   200  200   200   200  200  200
certificate         200  200  200  200   200   200  200  200   200   200  200   200   200  200  200
caCertificate       200  200  200  200   200   200  200  200   200   200  200   200   200  200  200
caChain             200  200  200  200   200   200  200  200   200   200  200   200   200  200  200
httpsCa             200  200  200  200   200   200  200  200   200   200  200   200   200  200  200
submit              201  201  201  201   201   201  201  201   201   201  201   201   201  201  201
corsPage            302  200  200  200   200   200  200  200   200   200  200   200   200  200  200
corsDecide          404  403  403  403   403   403  403  403   403   403  403   403   403  403  403

pendingList         401  401  200  200   200   401  401  401   401   401  401   401   401  401  401
pendingList/details 401  401  200  200   200   401  401  401   401   401  401  401   401  401  401
register            404  401  200  200   200   401  401  401   401   401  401  401   401  401  401
registered          404  401  200  200   200   401  401  401   401   401  401  401   401  401  401
events              404  401  200  200   200   401  401  401   401   401  401  401   401  401  401
pendingDetails      404  401  200  200   200   401  401  401   401   401  401  401   401  401  401
status              404  401  200  200   200   401  401  401   401   401  401  401   401  401  401
reject              401  401  204  204   204   401  401  401   401   401  401   401   401  401  401
sign                401  401  204  204   204   401  401  401   401   401  401   401   401  401  401
sign/template       401  401  204  204   204   401  401  401   401   401  401   401   401  401  401
revoke/serial       401  401  204  204   204   401  401  401   401   401  401   401   401  401  401
revoke/unsigned     401  401  204  204   204   401  401  401   401   401  401   401   401  401  401

revoke/holders      204  204  204  204   204   204  204  204   204   204  204   204   204  204  204
revoke/others       400  400  400  400   400   400  400  400   400   400  400   400   400  400  400
renew/holders       200  200  200  200   200   200  200  200   200   200  200   200   200  200  200
renew/others        400  400  400  400   400   400  400  400   400   400  400   400   400  400  400
renew/own@cau       200  400  200  200   200   400  400  400   400   400  400   400   400  400  400
renew/own@cas       400  400  400  400   400   200  400  400   400   400  400   400   400  400  400
`;
