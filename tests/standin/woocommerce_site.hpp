// A stand-in of WooCommerce's REST API (wc/v3) as WooCommerce 9.9 answers it, below /wp-json.
//
// Options: consumer_key (ck_1), consumer_secret (cs_1), permission (read_write), version (9.9.5; below 9.9
// `created_via` is ignored), tls (false; true: as if a proxy ended TLS before it, so that Basic and keys in
// the query work; else OAuth 1.0a only), home (the shop's own address, by which signatures are checked; the
// request's Host), counts_tax (true), utc_offset_minutes (60), rate and rate_ms (0: no limit), maintenance
// (false; true: html_503 is WordPress's own page with Retry-After: 600).
//
// The shop sells in EUR; its tax classes are "" (20 %), reduced-rate (5.5 %) and zero-rate, in France only.
// Webhooks are sent at once and want the option webhook_tries of 1, since WooCommerce never repeats one; a
// failed delivery counts when the webhooks are looked at next. `POST /__standin/subscriptions` with
// {"failures": n} lets n deliveries of each webhook have failed. `POST /__standin/change` takes "force": true
// and "fields": {...} as well.
//
// Left out: HMAC-SHA1, WP-Cron's delay, refused ports of webhooks, coupons, refunds, taxes, settings, HTML in
// texts beyond tags and "&".
#pragma once

#include "tests/standin/site_kind.hpp"

namespace navette::standin {

SiteKind woocommerce_kind();

}  // namespace navette::standin
