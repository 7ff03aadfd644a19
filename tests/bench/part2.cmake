# The benchmarks of calls, size, fairness, limits and several daemons.
navette_bench_connector(poster)
navette_bench_connector(pager)

# What they share; the platform behind the connector poster runs in the benchmark's own process.
add_library(navette_bench_platform STATIC EXCLUDE_FROM_ALL
  progress.cpp http_sink.cpp limited_platform.cpp limits_run.cpp poster/poster_load.cpp)
target_link_libraries(navette_bench_platform PUBLIC navette_bench_harness PRIVATE navette_flags)

navette_bench(push SOURCES raw_push.cpp LINKS navette_bench_platform CURL::libcurl NEEDS bench_connector_poster)
navette_bench(scale LINKS navette_bench_platform NEEDS bench_connector_noop)
navette_bench(fairness LINKS navette_bench_platform NEEDS bench_connector_noop)
navette_bench(limits LINKS navette_bench_platform NEEDS bench_connector_poster)
navette_bench(two-daemons LINKS navette_bench_platform NEEDS bench_connector_poster)
navette_bench(intake SOURCES webhook_sender.cpp LINKS navette_bench_harness navette::sdk_signature NEEDS connector_stripe)
navette_bench(sync SOURCES merge_rate.cpp record_pages.cpp
  LINKS navette_bench_platform navette_standin navette::sync NEEDS bench_connector_pager)
navette_bench(backlog LINKS navette_bench_platform navette_standin NEEDS connector_hubspot connector_salesforce)

find_package(benchmark REQUIRED)
file(GLOB subjects CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/../conformance/*_subject.cpp")
navette_bench(translation SOURCES ${subjects} ../conformance/connected_site.cpp
  LINKS navette::engine navette_standin navette_bench_harness benchmark::benchmark
  NEEDS connector_dolibarr connector_hubspot connector_pipedrive connector_salesforce connector_shopify connector_woocommerce
    connector_zendesk)
