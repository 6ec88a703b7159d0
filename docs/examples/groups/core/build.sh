echo core > built && echo core is built
