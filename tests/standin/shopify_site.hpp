// A stand-in of Shopify's Admin API (GraphQL, 2026-10): one shop.
//
// Options: `token` (shpat_1: a custom app's lasting token), `client_id` and `client_secret` (client-1,
// client-secret-1: of OAuth2, and what subscriptions are signed with), `shop` (navette-test), `currency`
// (EUR), `scopes` (what the app may do; all that the connector can use), `version` (2026-10: what any version
// asked for is served as), `refuse_lasting` (true: lasting tokens are over), `frozen` (true: the shop owes
// money), `points` and `restore` (2000, 100: the bucket), `rate` and `rate_ms` (so many requests in that
// time, 0: any), `throttle_status` (200, or 429 with Retry-After), `search_lag_ms` (0: how long a write is
// not found by searches).
//
// Control, beyond what all have: POST /__standin/subscriptions {"drop":true} loses all webhook subscriptions,
// as Shopify does after eight failures; POST /__standin/order {"remote_id","lines":N} gives an order N lines;
// POST /__standin/stock {"sku","quantity":N} is a count or a sale in the shop; POST /__standin/bulk: how bulk
// operations fare (ShopifyBulk::order). Their files are on the same port of "localhost".
//
// Counted: customers (by_email), products (by_key, by_sku), orders (by_key, by_name), draft_orders (by_key),
// webhook_subscriptions (by_topic). Faults: `only_path_prefix` compares with "/query/<root field>" and
// "/mutation/<root field>" (of the first one), "/oauth", "/staged-uploads" or "/bulk-results".
#pragma once

#include "tests/standin/site_kind.hpp"

namespace navette::standin {

SiteKind shopify_kind();

}  // namespace navette::standin
