/**
 * Who gets what from every route, written by hand from the rules (“Who may what”, the HTTP contract), never from
 * the code: this file imports nothing. A route is a line, or one line for each row it can be asked `of`.
 *
 * Whose request it is: `nobody` is not signed in. `viewer` may view the server home, `stranger` is a viewer
 * without a grant, `manages` and `views` are server admins of home, `elsewhere` manages the server away. `admin`;
 * and three more admins, so that nothing but their state stops them: `disabled` by another admin, with a session
 * still open; `must`, who has to choose a new password; `ended`, whose session was ended.
 *
 * Of which row: `home` and `away` are servers, or users on them; `binned` is one in the bin, granted like home;
 * `own` is one’s own, `other` is another account’s; `sold` is a service; `whole` is a snapshot; `parked` is a delivery to another account; `missing` was never there. `here` is asked
 * from this machine, by nobody that a proxy stands before. The routes of the bot are its alone: it has a token, and is no account.
 *
 * A success is its status and what it shows: H home, A away, B binned (servers, by name or by id); h, a, b users
 * of those, x a binned user of home; S a service, T the one that the user of away bought; M and D one’s own name
 * and device or chat, O and E those of another account. What is not named must not occur in the answer. #n is how many
 * there are, as a list says. HEAD answers as GET does, without a body.
 */
export const expected = `
route                                    | of      | nobody | viewer    | stranger  | manages   | views     | elsewhere  | admin        | disabled | must   | ended
GET /internal/live                       | -       | 200    | 200       | 200       | 200       | 200       | 200        | 200          | 200      | 200    | 200
GET /internal/ready                      | -       | 200    | 200       | 200       | 200       | 200       | 200        | 200          | 200      | 200    | 200
GET /metrics                             | here    | 200    | 200       | 200       | 200       | 200       | 200        | 200          | 200      | 200    | 200
GET /metrics                             | -       | 404    | 404       | 404       | 404       | 404       | 404        | 404          | 404      | 404    | 404
POST /internal/bot/lease                 | -       | 401    | 401       | 401       | 401       | 401       | 401        | 401          | 401      | 401    | 401
GET /internal/bot/config                 | -       | 401    | 401       | 401       | 401       | 401       | 401        | 401          | 401      | 401    | 401
POST /internal/bot/status                | -       | 401    | 401       | 401       | 401       | 401       | 401        | 401          | 401      | 401    | 401
GET /internal/bot/status                 | here    | 200    | 200       | 200       | 200       | 200       | 200        | 200          | 200      | 200    | 200
GET /internal/bot/status                 | -       | 401    | 401       | 401       | 401       | 401       | 401        | 401          | 401      | 401    | 401
POST /internal/bot/outbox                | -       | 401    | 401       | 401       | 401       | 401       | 401        | 401          | 401      | 401    | 401
GET /internal/bot/outbox/:id/file        | missing | 401    | 401       | 401       | 401       | 401       | 401        | 401          | 401      | 401    | 401
POST /internal/bot/act                   | -       | 401    | 401       | 401       | 401       | 401       | 401        | 401          | 401      | 401    | 401
GET /api/health                          | -       | 200    | 200       | 200       | 200       | 200       | 200        | 200          | 200      | 200    | 200
GET /api/site                            | -       | 200    | 200       | 200       | 200       | 200       | 200        | 200          | 200      | 200    | 200
GET /api/site/logo                       | -       | 200    | 200       | 200       | 200       | 200       | 200        | 200          | 200      | 200    | 200
GET /api/site/favicon                    | -       | 200    | 200       | 200       | 200       | 200       | 200        | 200          | 200      | 200    | 200
GET /api/setup                           | -       | 200    | 200       | 200       | 200       | 200       | 200        | 200          | 200      | 200    | 200
POST /api/setup                          | -       | closed | closed    | closed    | closed    | closed    | closed     | closed       | closed   | closed | closed

POST /api/auth/login                     | -       | 200 M  | 200 HM    | 200 M     | 200 HM    | 200 HM    | 200 AM     | 200 M        | failed   | 200 M  | 200 M
POST /api/auth/refresh                   | -       | 401    | 200 HM    | 200 M     | 200 HM    | 200 HM    | 200 AM     | 200 M        | 401      | 200 M  | 401
POST /api/auth/logout                    | -       | 204    | 204       | 204       | 204       | 204       | 204        | 204          | 204      | 204    | 204
GET /api/auth/session                    | -       | 401    | 200 HM    | 200 M     | 200 HM    | 200 HM    | 200 AM     | 200 M        | 401      | 200 M  | 401
POST /api/auth/password                  | -       | 401    | 200 HM    | 200 M     | 200 HM    | 200 HM    | 200 AM     | 200 M        | 401      | 200 M  | 401
PATCH /api/auth/profile                  | -       | 401    | 200 HM    | 200 M     | 200 HM    | 200 HM    | 200 AM     | 200 M        | 401      | change | 401
GET /api/auth/avatar                     | -       | 401    | 200       | 200       | 200       | 200       | 200        | 200          | 401      | change | 401
PUT /api/auth/avatar                     | -       | 401    | 200 HM    | 200 M     | 200 HM    | 200 HM    | 200 AM     | 200 M        | 401      | change | 401
DELETE /api/auth/avatar                  | -       | 401    | 204       | 204       | 204       | 204       | 204        | 204          | 401      | change | 401
GET /api/auth/sign-ins                   | -       | 401    | 200 D #1  | 200 D #1  | 200 D #1  | 200 D #1  | 200 D #1   | 200 D #1     | 401      | change | 401
GET /api/auth/sessions                   | -       | 401    | 200 MD #1 | 200 MD #1 | 200 MD #1 | 200 MD #1 | 200 MD #1  | 200 MD #1    | 401      | change | 401
DELETE /api/auth/sessions/:id            | own     | 401    | 204       | 204       | 204       | 204       | 204        | 204          | 401      | change | 401
DELETE /api/auth/sessions/:id            | other   | 401    | 404       | 404       | 404       | 404       | 404        | 404          | 401      | change | 401
DELETE /api/auth/sessions/:id            | missing | 401    | 404       | 404       | 404       | 404       | 404        | 404          | 401      | change | 401

GET /api/accounts                        | -       | 401    | 403       | 403       | 403       | 403       | 403        | 200 MO #2    | 401      | change | 401
POST /api/accounts                       | -       | 401    | 403       | 403       | 403       | 403       | 403        | 201          | 401      | change | 401
GET /api/accounts/:id                    | other   | 401    | 403       | 403       | 403       | 403       | 403        | 200 O        | 401      | change | 401
GET /api/accounts/:id                    | missing | 401    | 403       | 403       | 403       | 403       | 403        | 404          | 401      | change | 401
PATCH /api/accounts/:id                  | other   | 401    | 403       | 403       | 403       | 403       | 403        | 200 O        | 401      | change | 401
PATCH /api/accounts/:id                  | missing | 401    | 403       | 403       | 403       | 403       | 403        | 404          | 401      | change | 401
DELETE /api/accounts/:id                 | other   | 401    | 403       | 403       | 403       | 403       | 403        | 204          | 401      | change | 401
DELETE /api/accounts/:id                 | missing | 401    | 403       | 403       | 403       | 403       | 403        | 404          | 401      | change | 401
POST /api/accounts/:id/reset-password    | other   | 401    | 403       | 403       | 403       | 403       | 403        | 200 O        | 401      | change | 401
POST /api/accounts/:id/reset-password    | missing | 401    | 403       | 403       | 403       | 403       | 403        | 404          | 401      | change | 401
GET /api/accounts/:id/sign-ins           | other   | 401    | 403       | 403       | 403       | 403       | 403        | 200 E #1     | 401      | change | 401
GET /api/accounts/:id/sign-ins           | missing | 401    | 403       | 403       | 403       | 403       | 403        | 404          | 401      | change | 401
GET /api/accounts/:id/chats              | other   | 401    | 403       | 403       | 403       | 403       | 403        | 200 E #1     | 401      | change | 401
GET /api/accounts/:id/chats              | missing | 401    | 403       | 403       | 403       | 403       | 403        | 404          | 401      | change | 401
GET /api/accounts/:id/avatar             | other   | 401    | 403       | 403       | 403       | 403       | 403        | 200          | 401      | change | 401
GET /api/accounts/:id/avatar             | missing | 401    | 403       | 403       | 403       | 403       | 403        | 404          | 401      | change | 401
PUT /api/accounts/:id/avatar             | other   | 401    | 403       | 403       | 403       | 403       | 403        | 200 O        | 401      | change | 401
PUT /api/accounts/:id/avatar             | missing | 401    | 403       | 403       | 403       | 403       | 403        | 404          | 401      | change | 401
DELETE /api/accounts/:id/avatar          | other   | 401    | 403       | 403       | 403       | 403       | 403        | 204          | 401      | change | 401
DELETE /api/accounts/:id/avatar          | missing | 401    | 403       | 403       | 403       | 403       | 403        | 404          | 401      | change | 401
GET /api/accounts/:id/grants             | other   | 401    | 403       | 403       | 403       | 403       | 403        | 200 A #1     | 401      | change | 401
GET /api/accounts/:id/grants             | missing | 401    | 403       | 403       | 403       | 403       | 403        | 404          | 401      | change | 401
PUT /api/accounts/:id/grants             | other   | 401    | 403       | 403       | 403       | 403       | 403        | 200 H        | 401      | change | 401
PUT /api/accounts/:id/grants             | missing | 401    | 403       | 403       | 403       | 403       | 403        | 404          | 401      | change | 401
GET /api/sessions                        | -       | 401    | 403       | 403       | 403       | 403       | 403        | 200 MDOE #2  | 401      | change | 401
DELETE /api/sessions/:id                 | other   | 401    | 403       | 403       | 403       | 403       | 403        | 204          | 401      | change | 401
DELETE /api/sessions/:id                 | missing | 401    | 403       | 403       | 403       | 403       | 403        | 404          | 401      | change | 401

GET /api/notifications                   | -       | 401    | 200 Hh #1 | 200 #0    | 200 Hh #1 | 200 Hh #1 | 200 Aa #1  | 200 HAha #1  | 401      | change | 401
POST /api/notifications/read             | -       | 401    | 200       | 200       | 200       | 200       | 200        | 200          | 401      | change | 401
GET /api/notifications/preferences       | -       | 401    | 200       | 200       | 200       | 200       | 200        | 200          | 401      | change | 401
PATCH /api/notifications/preferences     | -       | 401    | 200       | 200       | 200       | 200       | 200        | 200          | 401      | change | 401

GET /api/system                          | -       | 401    | 403       | 403       | 403       | 403       | 403        | 200          | 401      | change | 401
GET /api/system/host                     | -       | 401    | 403       | 403       | 403       | 403       | 403        | 200          | 401      | change | 401
POST /api/system/host/certificate-renew  | -       | 401    | 403       | 403       | 403       | 403       | 403        | hostless     | 401      | change | 401
POST /api/system/host/restart-api        | -       | 401    | 403       | 403       | 403       | 403       | 403        | hostless     | 401      | change | 401
POST /api/system/host/restart-worker     | -       | 401    | 403       | 403       | 403       | 403       | 403        | hostless     | 401      | change | 401
POST /api/system/host/restart-bot        | -       | 401    | 403       | 403       | 403       | 403       | 403        | hostless     | 401      | change | 401
GET /api/admin/matviews                             | -       | 401    | 403       | 403       | 403       | 403       | 403        | 200          | 401      | change | 401
PUT /api/admin/matviews/user_status_matview          | -       | 401    | 403       | 403       | 403       | 403       | 403        | 200          | 401      | change | 401
POST /api/admin/matviews/user_status_matview/refresh | -       | 401    | 403       | 403       | 403       | 403       | 403        | 200          | 401      | change | 401

GET /api/overview                        | -       | 401    | 200 Hh #1 | 200 #0    | 200 Hh #1 | 200 Hh #1 | 200 AaT #1 | 200 HAhaT #2 | 401      | change | 401
GET /api/servers                         | -       | 401    | 200 H #1  | 200 #0    | 200 H #1  | 200 H #1  | 200 A #1   | 200 HA #2    | 401      | change | 401
POST /api/servers                        | -       | 401    | 403       | 403       | 403       | 403       | 403        | 201          | 401      | change | 401
PUT /api/servers/order                   | -       | 401    | 403       | 403       | 403       | 403       | 403        | 200 HA       | 401      | change | 401
GET /api/servers/:id                     | home    | 401    | 200 H     | 404       | 200 H     | 200 H     | 404        | 200 H        | 401      | change | 401
GET /api/servers/:id                     | away    | 401    | 404       | 404       | 404       | 404       | 200 A      | 200 A        | 401      | change | 401
GET /api/servers/:id                     | binned  | 401    | 404       | 404       | 404       | 404       | 404        | 404          | 401      | change | 401
GET /api/servers/:id                     | missing | 401    | 404       | 404       | 404       | 404       | 404        | 404          | 401      | change | 401
PATCH /api/servers/:id                   | home    | 401    | 403       | 403       | 200 H     | 403       | 404        | 200 H        | 401      | change | 401
PATCH /api/servers/:id                   | away    | 401    | 403       | 403       | 404       | 404       | 200 A      | 200 A        | 401      | change | 401
PATCH /api/servers/:id                   | binned  | 401    | 403       | 403       | 404       | 404       | 404        | 404          | 401      | change | 401
PATCH /api/servers/:id                   | missing | 401    | 403       | 403       | 404       | 404       | 404        | 404          | 401      | change | 401
DELETE /api/servers/:id                  | home    | 401    | 403       | 403       | 403       | 403       | 403        | 204          | 401      | change | 401
DELETE /api/servers/:id                  | away    | 401    | 403       | 403       | 403       | 403       | 403        | 204          | 401      | change | 401
DELETE /api/servers/:id                  | binned  | 401    | 403       | 403       | 403       | 403       | 403        | 404          | 401      | change | 401
DELETE /api/servers/:id                  | missing | 401    | 403       | 403       | 403       | 403       | 403        | 404          | 401      | change | 401

GET /api/users                           | -       | 401    | 200 Hh #1 | 200 #0    | 200 Hh #1 | 200 Hh #1 | 200 AaT #1 | 200 HAhaT #2 | 401      | change | 401
GET /api/users/anchors                   | -       | 401    | 200 #1    | 200 #0    | 200 #1    | 200 #1    | 200 #1     | 200 #2       | 401      | change | 401
GET /api/servers/:serverId/users         | home    | 401    | 200 Hh #1 | 404       | 200 Hh #1 | 200 Hh #1 | 404        | 200 Hh #1    | 401      | change | 401
GET /api/servers/:serverId/users         | away    | 401    | 404       | 404       | 404       | 404       | 200 AaT #1 | 200 AaT #1   | 401      | change | 401
GET /api/servers/:serverId/users         | binned  | 401    | 404       | 404       | 404       | 404       | 404        | 404          | 401      | change | 401
GET /api/servers/:serverId/users         | missing | 401    | 404       | 404       | 404       | 404       | 404        | 404          | 401      | change | 401
GET /api/servers/:serverId/users/anchors | home    | 401    | 200 #1    | 404       | 200 #1    | 200 #1    | 404        | 200 #1       | 401      | change | 401
GET /api/servers/:serverId/users/anchors | away    | 401    | 404       | 404       | 404       | 404       | 200 #1     | 200 #1       | 401      | change | 401
GET /api/servers/:serverId/users/anchors | binned  | 401    | 404       | 404       | 404       | 404       | 404        | 404          | 401      | change | 401
GET /api/servers/:serverId/users/anchors | missing | 401    | 404       | 404       | 404       | 404       | 404        | 404          | 401      | change | 401
POST /api/servers/:serverId/users        | home    | 401    | 403       | 403       | 201 H     | 403       | 404        | 201 H        | 401      | change | 401
POST /api/servers/:serverId/users        | away    | 401    | 403       | 403       | 404       | 404       | 201 A      | 201 A        | 401      | change | 401
POST /api/servers/:serverId/users        | binned  | 401    | 403       | 403       | 404       | 404       | 404        | 404          | 401      | change | 401
POST /api/servers/:serverId/users        | missing | 401    | 403       | 403       | 404       | 404       | 404        | 404          | 401      | change | 401
GET /api/users/:id                       | home    | 401    | 200 Hh    | 404       | 200 Hh    | 200 Hh    | 404        | 200 Hh       | 401      | change | 401
GET /api/users/:id                       | away    | 401    | 404       | 404       | 404       | 404       | 200 AaT    | 200 AaT      | 401      | change | 401
GET /api/users/:id                       | binned  | 401    | 404       | 404       | 404       | 404       | 404        | 404          | 401      | change | 401
GET /api/users/:id                       | missing | 401    | 404       | 404       | 404       | 404       | 404        | 404          | 401      | change | 401
PATCH /api/users/:id                     | home    | 401    | 403       | 403       | 200 Hh    | 403       | 404        | 200 Hh       | 401      | change | 401
PATCH /api/users/:id                     | away    | 401    | 403       | 403       | 404       | 404       | 200 AaT    | 200 AaT      | 401      | change | 401
PATCH /api/users/:id                     | binned  | 401    | 403       | 403       | 404       | 404       | 404        | 404          | 401      | change | 401
PATCH /api/users/:id                     | missing | 401    | 403       | 403       | 404       | 404       | 404        | 404          | 401      | change | 401
DELETE /api/users/:id                    | home    | 401    | 403       | 403       | 204       | 403       | 404        | 204          | 401      | change | 401
DELETE /api/users/:id                    | away    | 401    | 403       | 403       | 404       | 404       | 204        | 204          | 401      | change | 401
DELETE /api/users/:id                    | binned  | 401    | 403       | 403       | 404       | 404       | 404        | 404          | 401      | change | 401
DELETE /api/users/:id                    | missing | 401    | 403       | 403       | 404       | 404       | 404        | 404          | 401      | change | 401
POST /api/users/:id/extend               | home    | 401    | 403       | 403       | 200 Hh    | 403       | 404        | 200 Hh       | 401      | change | 401
POST /api/users/:id/extend               | away    | 401    | 403       | 403       | 404       | 404       | 200 AaT    | 200 AaT      | 401      | change | 401
POST /api/users/:id/extend               | binned  | 401    | 403       | 403       | 404       | 404       | 404        | 404          | 401      | change | 401
POST /api/users/:id/extend               | missing | 401    | 403       | 403       | 404       | 404       | 404        | 404          | 401      | change | 401

GET /api/changes                             | -       | 401    | 403       | 403       | 200 #4    | 200 #0    | 200 #3     | 200 #14      | 401      | change | 401
GET /api/changes/:id                         | home    | 401    | 403       | 403       | 200       | 404       | 404        | 200          | 401      | change | 401
GET /api/changes/:id                         | away    | 401    | 403       | 403       | 404       | 404       | 200        | 200          | 401      | change | 401
GET /api/changes/:id                         | binned  | 401    | 403       | 403       | 404       | 404       | 404        | 200          | 401      | change | 401
GET /api/changes/:id                         | missing | 401    | 403       | 403       | 404       | 404       | 404        | 404          | 401      | change | 401
POST /api/changes/:id/undo                   | home    | 401    | 403       | 403       | 201       | 404       | 404        | 201          | 401      | change | 401
POST /api/changes/:id/undo                   | away    | 401    | 403       | 403       | 404       | 404       | 201        | 201          | 401      | change | 401
POST /api/changes/:id/undo                   | binned  | 401    | 403       | 403       | 404       | 404       | 404        | 201          | 401      | change | 401
POST /api/changes/:id/undo                   | missing | 401    | 403       | 403       | 404       | 404       | 404        | 404          | 401      | change | 401
GET /api/audit                               | -       | 401    | 403       | 403       | 200 Hhx #6 | 200 #0    | 200 AaT #4 | 200 HABhabxSTMDOE #26 | 401      | change | 401
GET /api/audit.csv                           | -       | 401    | 403       | 403       | 200 Hhx   | 200       | 200 AaT    | 200 HABhabxSTMDOE | 401      | change | 401
GET /api/users/:id/history                   | home    | 401    | 403       | 403       | 200 Hh #2 | 403       | 404        | 200 Hh #2    | 401      | change | 401
GET /api/users/:id/history                   | away    | 401    | 403       | 403       | 404       | 404       | 200 AaT #3 | 200 AaT #3   | 401      | change | 401
GET /api/users/:id/history                   | binned  | 401    | 403       | 403       | 200 Hx #3 | 403       | 404        | 200 Hx #3    | 401      | change | 401
GET /api/users/:id/history                   | missing | 401    | 403       | 403       | 404       | 404       | 404        | 404          | 401      | change | 401

POST /api/plans                              | -       | 401    | 403       | 403       | 201       | 403       | 404        | 201          | 401      | change | 401
GET /api/plans/:id                           | own     | 401    | 403       | 403       | 200       | 200       | 200        | 200          | 401      | change | 401
GET /api/plans/:id                           | other   | 401    | 403       | 403       | 404       | 404       | 404        | 404          | 401      | change | 401
GET /api/plans/:id                           | missing | 401    | 403       | 403       | 404       | 404       | 404        | 404          | 401      | change | 401
GET /api/plans/:id/entries                   | own     | 401    | 403       | 403       | 200 #0    | 200 #0    | 200 #0     | 200 #0       | 401      | change | 401
GET /api/plans/:id/entries                   | other   | 401    | 403       | 403       | 404       | 404       | 404        | 404          | 401      | change | 401
GET /api/plans/:id/entries                   | missing | 401    | 403       | 403       | 404       | 404       | 404        | 404          | 401      | change | 401
GET /api/plans/:id/one-time-passwords        | own     | 401    | 403       | 403       | 403       | 403       | 403        | 404          | 401      | change | 401
GET /api/plans/:id/one-time-passwords        | other   | 401    | 403       | 403       | 403       | 403       | 403        | 404          | 401      | change | 401
GET /api/plans/:id/one-time-passwords        | missing | 401    | 403       | 403       | 403       | 403       | 403        | 404          | 401      | change | 401
GET /api/plans/:id/errors.xlsx               | own     | 401    | 403       | 403       | 200       | 200       | 200        | 200          | 401      | change | 401
GET /api/plans/:id/errors.xlsx               | other   | 401    | 403       | 403       | 404       | 404       | 404        | 404          | 401      | change | 401
GET /api/plans/:id/errors.xlsx               | missing | 401    | 403       | 403       | 404       | 404       | 404        | 404          | 401      | change | 401
POST /api/plans/:id/commit                   | own     | 401    | 403       | 403       | empty     | empty     | empty      | empty        | 401      | change | 401
POST /api/plans/:id/commit                   | other   | 401    | 403       | 403       | 404       | 404       | 404        | 404          | 401      | change | 401
POST /api/plans/:id/commit                   | missing | 401    | 403       | 403       | 404       | 404       | 404        | 404          | 401      | change | 401
GET /api/jobs                                | -       | 401    | 403       | 403       | 200 M #1  | 200 M #1  | 200 M #1   | 200 MO #2    | 401      | change | 401
GET /api/jobs/:id                            | own     | 401    | 403       | 403       | 200 M     | 200 M     | 200 M      | 200 M        | 401      | change | 401
GET /api/jobs/:id                            | other   | 401    | 403       | 403       | 404       | 404       | 404        | 200 O        | 401      | change | 401
GET /api/jobs/:id                            | missing | 401    | 403       | 403       | 404       | 404       | 404        | 404          | 401      | change | 401
DELETE /api/jobs/:id                         | own     | 401    | 403       | 403       | 200 M     | 200 M     | 200 M      | 200 M        | 401      | change | 401
DELETE /api/jobs/:id                         | other   | 401    | 403       | 403       | 404       | 404       | 404        | 200 MO       | 401      | change | 401
DELETE /api/jobs/:id                         | missing | 401    | 403       | 403       | 404       | 404       | 404        | 404          | 401      | change | 401

GET /api/deliveries                          | -       | 401    | 403       | 403       | 403       | 403       | 403        | 200 MO #3    | 401      | change | 401
POST /api/deliveries/:id/resend              | parked  | 401    | 403       | 403       | 403       | 403       | 403        | 204          | 401      | change | 401
POST /api/deliveries/:id/resend              | missing | 401    | 403       | 403       | 403       | 403       | 403        | 404          | 401      | change | 401
GET /api/openapi.json                        | -       | 401    | 200       | 200       | 200       | 200       | 200        | 200          | 401      | change | 401

GET /api/servers/:serverId/users/template.xlsx| home    | 401    | 200       | 404       | 200       | 200       | 404        | 200          | 401      | change | 401
GET /api/servers/:serverId/users/template.xlsx| away    | 401    | 404       | 404       | 404       | 404       | 200        | 200          | 401      | change | 401
GET /api/servers/:serverId/users/template.xlsx| binned  | 401    | 404       | 404       | 404       | 404       | 404        | 404          | 401      | change | 401
GET /api/servers/:serverId/users/template.xlsx| missing | 401    | 404       | 404       | 404       | 404       | 404        | 404          | 401      | change | 401
GET /api/servers/:serverId/users/export.xlsx | home    | 401    | 200       | 404       | 200       | 200       | 404        | 200          | 401      | change | 401
GET /api/servers/:serverId/users/export.xlsx | away    | 401    | 404       | 404       | 404       | 404       | 200        | 200          | 401      | change | 401
GET /api/servers/:serverId/users/export.xlsx | binned  | 401    | 404       | 404       | 404       | 404       | 404        | 404          | 401      | change | 401
GET /api/servers/:serverId/users/export.xlsx | missing | 401    | 404       | 404       | 404       | 404       | 404        | 404          | 401      | change | 401
GET /api/servers/:serverId/users/export.csv  | home    | 401    | 200 h     | 404       | 200 h     | 200 h     | 404        | 200 h        | 401      | change | 401
GET /api/servers/:serverId/users/export.csv  | away    | 401    | 404       | 404       | 404       | 404       | 200 aT     | 200 aT       | 401      | change | 401
GET /api/servers/:serverId/users/export.csv  | binned  | 401    | 404       | 404       | 404       | 404       | 404        | 404          | 401      | change | 401
GET /api/servers/:serverId/users/export.csv  | missing | 401    | 404       | 404       | 404       | 404       | 404        | 404          | 401      | change | 401
POST /api/servers/:serverId/users/import     | home    | 401    | 403       | 403       | 202 H     | 403       | 404        | 202 H        | 401      | change | 401
POST /api/servers/:serverId/users/import     | away    | 401    | 403       | 403       | 404       | 404       | 202 A      | 202 A        | 401      | change | 401
POST /api/servers/:serverId/users/import     | binned  | 401    | 403       | 403       | 404       | 404       | 404        | 404          | 401      | change | 401
POST /api/servers/:serverId/users/import     | missing | 401    | 403       | 403       | 404       | 404       | 404        | 404          | 401      | change | 401

GET /api/telegram/chats                  | -       | 401    | 200 D     | 200 D     | 200 D     | 200 D     | 200 D      | 200 D        | 401      | change | 401
POST /api/telegram/link-code             | -       | 401    | 200       | 200       | 200       | 200       | 200        | 200          | 401      | change | 401
PATCH /api/telegram/chats/:id            | own     | 401    | 200 D     | 200 D     | 200 D     | 200 D     | 200 D      | 200 D        | 401      | change | 401
PATCH /api/telegram/chats/:id            | other   | 401    | 404       | 404       | 404       | 404       | 404        | 404          | 401      | change | 401
PATCH /api/telegram/chats/:id            | missing | 401    | 404       | 404       | 404       | 404       | 404        | 404          | 401      | change | 401
DELETE /api/telegram/chats/:id           | own     | 401    | 204       | 204       | 204       | 204       | 204        | 204          | 401      | change | 401
DELETE /api/telegram/chats/:id           | other   | 401    | 404       | 404       | 404       | 404       | 404        | 404          | 401      | change | 401
DELETE /api/telegram/chats/:id           | missing | 401    | 404       | 404       | 404       | 404       | 404        | 404          | 401      | change | 401
DELETE /api/chats/:id                    | other   | 401    | 403       | 403       | 403       | 403       | 403        | 204          | 401      | change | 401
DELETE /api/chats/:id                    | missing | 401    | 403       | 403       | 403       | 403       | 403        | 404          | 401      | change | 401

GET /api/services                        | -       | 401    | 200 ST #2 | 200 ST #2 | 200 ST #2 | 200 ST #2 | 200 ST #2  | 200 ST #2    | 401      | change | 401
POST /api/services                       | -       | 401    | 403       | 403       | 403       | 403       | 403        | 201          | 401      | change | 401
PUT /api/services/order                  | -       | 401    | 403       | 403       | 403       | 403       | 403        | 200 ST       | 401      | change | 401
PATCH /api/services/:id                  | sold    | 401    | 403       | 403       | 403       | 403       | 403        | 200 S        | 401      | change | 401
PATCH /api/services/:id                  | missing | 401    | 403       | 403       | 403       | 403       | 403        | 404          | 401      | change | 401
DELETE /api/services/:id                 | sold    | 401    | 403       | 403       | 403       | 403       | 403        | 204          | 401      | change | 401
DELETE /api/services/:id                 | missing | 401    | 403       | 403       | 403       | 403       | 403        | 404          | 401      | change | 401

GET /api/snapshots                       | -       | 401    | 403       | 403       | 403       | 403       | 403        | 200 O #1     | 401      | change | 401
POST /api/snapshots                      | -       | 401    | 403       | 403       | 403       | 403       | 403        | 202          | 401      | change | 401
GET /api/snapshots/:id/file              | whole   | 401    | 403       | 403       | 403       | 403       | 403        | 200          | 401      | change | 401
GET /api/snapshots/:id/file              | missing | 401    | 403       | 403       | 403       | 403       | 403        | 404          | 401      | change | 401
DELETE /api/snapshots/:id                | whole   | 401    | 403       | 403       | 403       | 403       | 403        | 204          | 401      | change | 401
DELETE /api/snapshots/:id                | missing | 401    | 403       | 403       | 403       | 403       | 403        | 404          | 401      | change | 401
POST /api/snapshots/:id/verify           | whole   | 401    | 403       | 403       | 403       | 403       | 403        | 202          | 401      | change | 401
POST /api/snapshots/:id/verify           | missing | 401    | 403       | 403       | 403       | 403       | 403        | 404          | 401      | change | 401
POST /api/snapshots/recovery-key         | -       | 401    | 403       | 403       | 403       | 403       | 403        | 200          | 401      | change | 401
POST /api/snapshots/restore              | -       | 401    | 403       | 403       | 403       | 403       | 403        | 202          | 401      | change | 401
PUT /api/settings/general/logo           | -       | 401    | 403       | 403       | 403       | 403       | 403        | 200          | 401      | change | 401
DELETE /api/settings/general/logo        | -       | 401    | 403       | 403       | 403       | 403       | 403        | 204          | 401      | change | 401
PUT /api/settings/general/favicon        | -       | 401    | 403       | 403       | 403       | 403       | 403        | 200          | 401      | change | 401
DELETE /api/settings/general/favicon     | -       | 401    | 403       | 403       | 403       | 403       | 403        | 204          | 401      | change | 401
GET /api/settings/:section               | general | 401    | 403       | 403       | 403       | 403       | 403        | 200          | 401      | change | 401
GET /api/settings/:section               | tables  | 401    | 403       | 403       | 403       | 403       | 403        | 200          | 401      | change | 401
PATCH /api/settings/:section             | general | 401    | 403       | 403       | 403       | 403       | 403        | 200          | 401      | change | 401
PATCH /api/settings/:section             | tables  | 401    | 403       | 403       | 403       | 403       | 403        | invalid      | 401      | change | 401
POST /api/settings/:section/test         | general | 401    | 403       | 403       | 403       | 403       | 403        | unset        | 401      | change | 401
POST /api/settings/:section/test         | tables  | 401    | 403       | 403       | 403       | 403       | 403        | 200          | 401      | change | 401
POST /api/settings/:section/reveal       | general | 401    | 403       | 403       | 403       | 403       | 403        | unset        | 401      | change | 401
POST /api/settings/:section/reveal       | tables  | 401    | 403       | 403       | 403       | 403       | 403        | unset        | 401      | change | 401
`;

/** The words for refusals: the answer's status and its code. */
export const refusals: Record<string, string> = {
  401: '401 unauthenticated',
  403: '403 forbidden',
  404: '404 not_found',
  change: '403 password_change_required',
  closed: '403 setup_closed',
  failed: '401 sign_in_failed',
  empty: '422 plan_empty',
  invalid: '400 invalid_request',
  unset: '422 target_unset',
  hostless: '409 host_unavailable',
};

/** Which rows a route must be asked of, by what its id names: one’s own, one out of reach, one that is not there. */
export const rowsToAskOf: Record<string, string[]> = {
  '/api/servers/': ['home', 'away', 'binned', 'missing'],
  '/api/users/': ['home', 'away', 'binned', 'missing'],
  '/api/accounts/': ['other', 'missing'],
  '/api/auth/sessions/': ['own', 'other', 'missing'],
  '/api/sessions/': ['other', 'missing'],
  '/api/services/': ['sold', 'missing'],
  '/api/settings/': ['general', 'tables'],
  '/api/changes/': ['home', 'away', 'binned', 'missing'],
  '/api/plans/': ['own', 'other', 'missing'],
  '/api/jobs/': ['own', 'other', 'missing'],
  '/api/deliveries/': ['parked', 'missing'],
  '/api/snapshots/': ['whole', 'missing'],
  '/api/telegram/chats/': ['own', 'other', 'missing'],
  '/api/chats/': ['other', 'missing'],
  '/internal/bot/outbox/': ['missing'],
};
