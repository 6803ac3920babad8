// fmt's formatting engine, compiled once. fmt keeps it in its shared library for fmt::format alone;
// every file that logs or prints to a stream would compile it again, which takes longer than the
// file itself. Part of the precompiled header, and not needed without: no file includes it.
#pragma once

#include <fmt/format.h>

// The name is fmt's own and moves from one major version to the next; then it is each file's again.
#if FMT_VERSION / 10000 == 9
extern template void fmt::detail::vformat_to<char>(fmt::detail::buffer<char>&, fmt::string_view,
                                                   fmt::basic_format_args<fmt::format_context>,
                                                   fmt::detail::locale_ref);
#endif
