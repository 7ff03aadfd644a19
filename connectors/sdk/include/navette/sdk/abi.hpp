// How a connector library proves, before any of its code runs, that it was built for this very daemon.
//
// The whole tag is the name of one exported symbol, so the loader compares it by reading the library's symbol
// table, without loading the library. C++ types cross the line: compiler, Boost and sanitizers must match
// exactly.
#pragma once

#include <boost/preprocessor/cat.hpp>
#include <boost/version.hpp>

/// Raised at each change of these headers that a connector would notice.
#define NAVETTE_SDK_ABI 5

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define NAVETTE_ABI_FLAVOUR asan
#elif __has_feature(thread_sanitizer)
#define NAVETTE_ABI_FLAVOUR tsan
#endif
#endif
#ifndef NAVETTE_ABI_FLAVOUR
#ifdef NDEBUG
#define NAVETTE_ABI_FLAVOUR release
#else
#define NAVETTE_ABI_FLAVOUR debug
#endif
#endif

#define NAVETTE_ABI_PREFIX navette_connector_abi
#define NAVETTE_ABI_CAT(prefix, sdk, boost, major, minor, flavour)                                 \
    BOOST_PP_CAT(                                                                                  \
        BOOST_PP_CAT(                                                                              \
            BOOST_PP_CAT(                                                                          \
                BOOST_PP_CAT(                                                                      \
                    BOOST_PP_CAT(                                                                  \
                        BOOST_PP_CAT(BOOST_PP_CAT(prefix, _sdk), sdk), BOOST_PP_CAT(_boost, boost) \
                    ),                                                                             \
                    BOOST_PP_CAT(_clang, major)                                                    \
                ),                                                                                 \
                BOOST_PP_CAT(_, minor)                                                             \
            ),                                                                                     \
            _                                                                                      \
        ),                                                                                         \
        flavour                                                                                    \
    )

/// The tag of the code that includes this header, such as
/// navette_connector_abi_sdk5_boost108100_clang19_1_debug.
#define NAVETTE_ABI_TAG     \
    NAVETTE_ABI_CAT(        \
        NAVETTE_ABI_PREFIX, \
        NAVETTE_SDK_ABI,    \
        BOOST_VERSION,      \
        __clang_major__,    \
        __clang_minor__,    \
        NAVETTE_ABI_FLAVOUR \
    )

/// Makes `type` the connector of its library. Put it once, at the end of the connector's source file. The
/// daemon owns the object that the factory returns; an exception that leaves the constructor refuses the
/// library and nothing else.
#define NAVETTE_CONNECTOR(type)                                                             \
    extern "C" __attribute__((visibility("default"), used)) const char NAVETTE_ABI_TAG = 1; \
    extern "C" __attribute__((visibility("default"), used)) ::navette::sdk::Connector*      \
    navette_connector_create() {                                                            \
        return new type();                                                                  \
    }
