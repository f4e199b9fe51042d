# Sourced by what asks for certificates: certbot, asked so that it never asks back, and what its failures mean.

# The name that certbot keeps ours under: others of this machine are not touched.
readonly LINEAGE=cmp
# shellcheck disable=SC2034 # For those who source this.
readonly LIVE=/etc/letsencrypt/live/$LINEAGE

# run_certbot ARGUMENT...: `certbot_said` holds what it said.
run_certbot() {
  local code=0
  certbot_said=$(certbot "$@" --non-interactive 2>&1) || code=$?
  # It sets out what the authority said in columns.
  certbot_said=$(tr -s ' ' <<<"$certbot_said")
  return $code
}

# why_not: what the last run of certbot said, as one sentence for an operator.
why_not() {
  local name
  # Which of them it was: two say little of a challenge, and much of a domain.
  name=$(sed -n 's/^ *Domain: *//p' <<<"$certbot_said" | head -n 1)
  name=${name:-${CMP_DOMAIN:-the domain}}
  case $certbot_said in
    *'Cloudflare API credentials'* | *'valid Cloudflare'* | *'Authentication error'* | *'Invalid request headers'* | *'Invalid access token'*)
      echo 'Cloudflare refuses the API token: it needs Zone:DNS:Edit for the zone of the domain.' ;;
    *'Unable to determine zone_id'*'connection'* | *'Unable to determine zone_id'*'requests'*)
      echo 'Cloudflare cannot be reached (api.cloudflare.com): see whether this machine may go out by HTTPS.' ;;
    *'Unable to determine zone_id'*)
      echo "Cloudflare knows no zone for $name with this API token: see whether the token is for the account that has the domain." ;;
    *'ValueError: Requesting '* | *'ConnectionError'* | *'Max retries exceeded'* | *'Name or service not known'* | *'Network is unreachable'* | *'Temporary failure in name resolution'*)
      echo 'The certificate authority cannot be reached: see whether this machine may go out by HTTPS, and has DNS.' ;;
    *'Could not bind TCP port 80'*)
      echo 'Port 80 is taken, and the authority asks there: end what listens, or let nginx answer (CMP_ENABLE_NGINX=1).' ;;
    *'rateLimited'* | *'too many certificates'* | *'too many failed'* | *'rate limit'*)
      echo "The authority gives no more certificates for $name for now: try again in a week, or by CMP_ACME_SERVER with another one." ;;
    *'Type: dns'* | *NXDOMAIN* | *'DNS problem'* | *'no valid A records'* | *'No valid IP addresses'*)
      echo "The authority finds nothing in DNS for $name: add an A or AAAA record, wait until it is known, and run this again." ;;
    *'Type: connection'*)
      echo "The authority cannot reach http://$name (port 80): open it in firewall and router, to this machine." ;;
    *'Type: unauthorized'* | *'Invalid response from'*)
      echo "Another machine answers at http://$name, or another program: the authority did not find there what was put here." ;;
    *'rejectedIdentifier'* | *'policy'*'forbid'*)
      echo "The authority gives no certificates for a name like $name." ;;
    *'Another instance of Certbot'*)
      echo 'certbot is at work already: wait until it has ended, and run this again.' ;;
    *)
      echo "certbot failed: $(sed -n 's/^ *Detail: *//p' <<<"$certbot_said" | head -n 1 | grep . || grep -v '^ *$\|^Ask for help\|^Saving debug log' <<<"$certbot_said" | tail -n 1) (/var/log/letsencrypt/letsencrypt.log)" ;;
  esac
}
