# Writes the bytes of files as C++: cmake -DOUT=file.cc -DNAMES="name;..." -DFILES="file;..." -P Embed.cmake
# Each becomes `extern const std::string_view biglittle::embedded::<name>`.
set(text "#include <string_view>\n\nnamespace biglittle::embedded {\n")
foreach(name file IN ZIP_LISTS NAMES FILES)
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" bytes "${hex}")
  string(LENGTH "${hex}" digits)
  math(EXPR size "${digits} / 2")
  string(APPEND text "extern const std::string_view ${name};\n"
                     "const std::string_view ${name}(\"${bytes}\", ${size});\n")
endforeach()
string(APPEND text "}  // namespace biglittle::embedded\n")
file(WRITE ${OUT} "${text}")
