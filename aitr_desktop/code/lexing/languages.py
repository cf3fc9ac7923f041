"""Which lexer a file gets: by its name alone, from a list of our own.

What a file holds never chooses its lexer, and no lexer outside the list is ever loaded.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

from aitr_desktop.code.styling import Style

_LEXERS = "pygments.lexers."


@dataclass(frozen=True, slots=True)
class Language:
    """How a file is lexed."""

    name: str
    """As it is shown."""
    lexer: str
    """Module of Pygments below ``pygments.lexers`` and the class in it."""
    family: str = ""
    """What it has that spans lines, by the name of a family of ``spans``; empty where that is not known."""
    tag: Style = Style.BUILTIN
    """What a tag is: of markup a thing that the language brings, of data a key that is being defined."""

    @property
    def module(self) -> str:
        """The lexer's module, whole."""
        return _LEXERS + self.lexer.partition(":")[0]

    @property
    def class_name(self) -> str:
        """The lexer's class."""
        return self.lexer.partition(":")[2]


_C = "c"
_KEY = Style.DEFINITION
PYTHON = Language("Python", "python:PythonLexer", "python")
JSON = Language("JSON", "data:JsonLexer", "json", _KEY)

_BY_NAMES: tuple[tuple[Language, str], ...] = (
    (PYTHON, "*.py *.pyi *.pyw *.bzl BUILD BUILD.bazel WORKSPACE SConstruct SConscript"),
    (Language("Cython", "python:CythonLexer", "python"), "*.pyx *.pxd *.pxi"),
    (Language("JavaScript", "javascript:JavascriptLexer", "javascript"), "*.js *.mjs *.cjs"),
    (Language("JSX", "jsx:JsxLexer", "javascript"), "*.jsx"),
    (Language("TypeScript", "javascript:TypeScriptLexer", "javascript"), "*.ts *.mts *.cts"),
    (Language("TSX", "jsx:TsxLexer", "javascript"), "*.tsx"),
    (Language("Vue", "html:VueLexer", "markup"), "*.vue"),
    (Language("JSON5", "json5:Json5Lexer", "json", _KEY), "*.json5"),
    (
        JSON,
        (
            "*.json *.jsonl *.ndjson *.ipynb *.geojson *.sarif *.jsonc *.webmanifest Pipfile.lock "
            "composer.lock .prettierrc .eslintrc .babelrc"
        ),
    ),
    (
        Language("YAML", "data:YamlLexer", "yaml", _KEY),
        "*.yaml *.yml .clang-format CITATION.cff *.dvc dvc.lock",
    ),
    (
        Language("TOML", "configs:TOMLLexer", "toml", _KEY),
        "*.toml Pipfile poetry.lock uv.lock Cargo.lock pdm.lock",
    ),
    (
        Language("INI", "configs:IniLexer", "lines", _KEY),
        (
            "*.ini *.cfg *.inf *.conf .editorconfig .gitconfig .gitmodules .flake8 .pylintrc .coveragerc "
            ".npmrc *.service *.desktop"
        ),
    ),
    (Language("Properties", "configs:PropertiesLexer", "lines", _KEY), "*.properties .env .env.* *.env"),
    (Language("Markdown", "markup:MarkdownLexer", "markdown"), "*.md *.markdown *.mdx *.qmd"),
    (Language("reStructuredText", "markup:RstLexer"), "*.rst"),
    (Language("TeX", "markup:TexLexer", "lines"), "*.tex *.sty *.bib"),
    (Language("HTML", "html:HtmlLexer", "markup"), "*.html *.htm *.xhtml"),
    (
        Language("XML", "html:XmlLexer", "markup"),
        "*.xml *.xsd *.xsl *.xslt *.svg *.rss *.wsdl *.pom *.csproj *.props *.targets *.plist *.ui *.qrc",
    ),
    (Language("CSS", "css:CssLexer", "css"), "*.css"),
    (Language("SCSS", "css:ScssLexer", "scss"), "*.scss"),
    (Language("Sass", "css:SassLexer"), "*.sass"),
    (Language("Less", "css:LessCssLexer", "scss"), "*.less"),
    (Language("SQL", "sql:SqlLexer", "sql"), "*.sql *.ddl *.dml"),
    (
        Language("Shell", "shell:BashLexer", "shell"),
        (
            "*.sh *.bash *.zsh *.ksh *.bats .bashrc .zshrc .profile .bash_profile .bash_aliases .envrc "
            "PKGBUILD gradlew"
        ),
    ),
    (Language("Fish", "shell:FishShellLexer"), "*.fish"),
    (Language("PowerShell", "shell:PowerShellLexer"), "*.ps1 *.psm1 *.psd1"),
    (Language("Batch file", "shell:BatchLexer"), "*.bat *.cmd"),
    (
        Language("Dockerfile", "configs:DockerLexer"),
        "Dockerfile Dockerfile.* *.Dockerfile *.dockerfile Containerfile Containerfile.*",
    ),
    (Language("Makefile", "make:MakefileLexer"), "Makefile makefile GNUmakefile Makefile.* *.mk *.mak"),
    (Language("CMake", "make:CMakeLexer"), "CMakeLists.txt *.cmake"),
    (Language("Just", "make:MakefileLexer"), "justfile Justfile .justfile"),
    (Language("Go", "go:GoLexer", "go"), "*.go"),
    (Language("Go module", "go:GoLexer", "go"), "go.mod go.work"),
    (Language("Rust", "rust:RustLexer", "rust"), "*.rs"),
    (Language("Java", "jvm:JavaLexer", "jvm"), "*.java"),
    (Language("Kotlin", "jvm:KotlinLexer", "jvm"), "*.kt *.kts"),
    (Language("Scala", "jvm:ScalaLexer", "jvm"), "*.scala *.sc *.sbt"),
    (Language("Groovy", "jvm:GroovyLexer", "jvm"), "*.groovy *.gradle Jenkinsfile Jenkinsfile.*"),
    (Language("Clojure", "jvm:ClojureLexer"), "*.clj *.cljc *.cljs *.edn"),
    (Language("C", "c_cpp:CLexer", _C), "*.c *.h"),
    (
        Language("C++", "c_cpp:CppLexer", _C),
        "*.cpp *.cc *.cxx *.c++ *.hpp *.hh *.hxx *.h++ *.ipp *.tpp *.inl",
    ),
    (Language("CUDA", "c_like:CudaLexer", _C), "*.cu *.cuh"),
    (Language("Objective-C", "objective:ObjectiveCLexer", _C), "*.m *.mm"),
    (Language("C#", "dotnet:CSharpLexer", "csharp"), "*.cs *.csx"),
    (Language("F#", "dotnet:FSharpLexer"), "*.fs *.fsx *.fsi"),
    (Language("Ruby", "ruby:RubyLexer"), "*.rb *.rake *.gemspec *.ru Gemfile Rakefile Vagrantfile Podfile"),
    (Language("PHP", "php:PhpLexer", "php"), "*.php *.phtml"),
    (Language("Swift", "objective:SwiftLexer", "jvm"), "*.swift"),
    (Language("Dart", "javascript:DartLexer", "jvm"), "*.dart"),
    (Language("Lua", "scripting:LuaLexer"), "*.lua"),
    (Language("Perl", "perl:PerlLexer"), "*.pl *.pm"),
    (Language("R", "r:SLexer"), "*.r *.R .Rprofile"),
    (Language("Julia", "julia:JuliaLexer"), "*.jl"),
    (Language("Haskell", "haskell:HaskellLexer"), "*.hs"),
    (Language("Elixir", "erlang:ElixirLexer"), "*.ex *.exs"),
    (Language("Erlang", "erlang:ErlangLexer"), "*.erl *.hrl"),
    (Language("OCaml", "ml:OcamlLexer"), "*.ml *.mli"),
    (Language("Zig", "zig:ZigLexer"), "*.zig"),
    (Language("Nix", "nix:NixLexer"), "*.nix"),
    (Language("Terraform", "configs:TerraformLexer", "terraform"), "*.tf *.tfvars *.hcl"),
    (Language("Rego", "rego:RegoLexer"), "*.rego"),
    (Language("Jsonnet", "jsonnet:JsonnetLexer", _C), "*.jsonnet *.libsonnet"),
    (Language("Nginx", "configs:NginxConfLexer", "lines"), "nginx.conf"),
    (Language("Jinja", "templates:DjangoLexer"), "*.j2 *.jinja *.jinja2 *.tmpl.html"),
    (Language("Gherkin", "testing:GherkinLexer"), "*.feature"),
    (Language("Difference", "diff:DiffLexer", "lines"), "*.diff *.patch"),
    (Language("Protocol Buffers", "dsls:ProtoBufLexer", _C), "*.proto"),
    (Language("Thrift", "dsls:ThriftLexer", _C), "*.thrift"),
    (Language("GraphQL", "graphql:GraphQLLexer"), "*.graphql *.gql *.graphqls"),
    (Language("PromQL", "promql:PromQLLexer", "lines"), "*.promql"),
)

LANGUAGES: dict[str, Language] = {each.name: each for each, _ in _BY_NAMES}
"""All of them by the name that is shown."""
_SUFFIXES = {
    pattern[1:]: language
    for language, patterns in _BY_NAMES
    for pattern in patterns.split()
    if pattern.startswith("*.") and pattern.count(".") == 1
}
_NAMES = {
    pattern: language
    for language, patterns in _BY_NAMES
    for pattern in patterns.split()
    if "*" not in pattern
}
_PATTERNS = [
    (pattern, language)
    for language, patterns in _BY_NAMES
    for pattern in patterns.split()
    if "*" in pattern and not (pattern.startswith("*.") and pattern.count(".") == 1)
]


def language_of(path: str) -> Language | None:
    """How a file of that path is lexed; None for what is shown without colours.

    Args:
        path: With slashes; only its last part counts.
    """
    name = path.rpartition("/")[2]
    found = _NAMES.get(name)
    if found is None:
        suffix = "." + name.rpartition(".")[2] if "." in name else ""
        found = _SUFFIXES.get(suffix) or _SUFFIXES.get(suffix.lower())
    if found is None:
        found = next((each for pattern, each in _PATTERNS if fnmatchcase(name, pattern)), None)
    return found
