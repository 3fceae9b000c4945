"""Files that people upload: resumable uploads, pictures, bodies in a storage, and the right to read them."""
