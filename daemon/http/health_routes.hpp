// GET /healthz, /readyz (also /api/ready) and /metrics: for load balancers, systemd and Prometheus; no token.
#pragma once

#include "daemon/http/readiness.hpp"
#include "daemon/http/router.hpp"

namespace navette::http {

/// `readiness` must outlive the router.
void add_health_routes(Router& router, const Readiness& readiness);

}  // namespace navette::http
