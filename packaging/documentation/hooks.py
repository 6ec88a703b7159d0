"""What the site needs beside the Markdown as it is."""

import re
from pathlib import Path

from mkdocs.structure.files import File

STYLE = Path(__file__).with_name("documents.css")


def on_files(files, config):
    """The style sheet lies beside this file, and READMEs below the root are pages like any other."""
    files.append(File(STYLE.name, str(STYLE.parent), config["site_dir"], config["use_directory_urls"]))
    return files


def on_page_markdown(markdown, page, config, files):
    """On GitHub a link may lead to a folder; on the site it leads to the file that tells most of it.

    And the site knows how to colour JavaScript, but not JSON with comments."""
    markdown = markdown.replace("```jsonc\n", "```js\n")
    here = Path(page.file.src_path).parent

    def target(match):
        folder = Path(config["docs_dir"]) / here / match[1]
        for name in ("dream.json", "README.md"):
            if (folder / name).is_file():
                return f"]({match[1].rstrip('/')}/{name})"
        return match[0]

    markdown = re.sub(r"\]\(([\w./-]+)\)", target, markdown)
    # The list of all examples, and the folders of headers, have no such file: plain text.
    return re.sub(r"\[([^\]]+)\]\((examples/|\.\./plugin_api/include/dream/\w+)\)", r"\1", markdown)


def on_page_content(html, page, config, files):
    """In a cell of a table, GitHub shows `a\\|b` as a|b."""
    return re.sub(r"(?<!</span>)<code>[^<]*</code>", lambda match: match[0].replace("\\|", "|"), html)
