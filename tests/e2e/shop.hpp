// Lumira's shop in a test's database: the tables that the source watches.
#pragma once

#include "tests/support/daemon_site.hpp"

#include <string>

namespace navette::test {

/// The source of config/examples/lumira.yaml as YAML for a site's configuration, read every `every`.
std::string shop_source(const std::string& every);

/// Makes the shop's tables with `customers` customers and no orders.
void make_shop(TestDatabase& database, int customers);

/// Inserts paid orders LU000001 to LU<count>, dealt out to the customers in turn.
void place_orders(TestDatabase& database, int count);

/// Makes Dolibarr's waiting times short enough for a test: laid over the example's override.
void hurry(const DaemonSite& site);

/// The number of a platform object's creates, and of creates beyond one for the same ref_ext.
struct Creates {
    long total = 0;
    long records = 0;
    long duplicates = 0;
};
Creates creates_of(const boost::json::value& effects, const std::string& kind);

}  // namespace navette::test
